"""`/metrics`: for this machine itself, and for who has the token that is configured; in system mode."""

import hashlib
import hmac
import ipaddress

from tornado.httputil import HTTPServerRequest
from tornado.routing import PathMatches
from tornado.web import HTTPError

from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.http.source import plain_address

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP")
"""What proxies add: who comes through one that runs on this machine is not this machine."""


class ScrapeMatches(PathMatches):
    """A path, asked for by a program: to a browser `/metrics` is the page of a package of that name, as Cockpit's."""

    def match(self, request: HTTPServerRequest) -> dict[str, object] | None:
        """As for any path, but not where a page is asked for."""
        return None if "text/html" in request.headers.get("Accept", "") else super().match(request)


class MetricsHandler(Handler):
    """The gateway's figures."""

    def get(self) -> None:
        """The text; 404 for whom it is not for, as if there were none."""
        if not (self._is_local() or self._has_token()):
            raise HTTPError(404)
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(self.gateway.metrics.text(self.gateway.sessions, len(self.gateway.sockets)))

    def _is_local(self) -> bool:
        config, headers = self.gateway.config, self.request.headers
        proxied = config.forwarded_for_header or config.protocol_header or any(name in headers for name in FORWARDED)
        if self.gateway.settings.system is None or proxied:
            return False
        address = plain_address(self.request.remote_ip or "")
        return bool(address) and ipaddress.ip_address(address).is_loopback

    def _has_token(self) -> bool:
        system = self.gateway.settings.system
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if system is None or not system.metrics_token or scheme.lower() != "bearer":
            return False
        digest = hashlib.sha256(token.strip().encode()).hexdigest()
        return hmac.compare_digest(digest, system.metrics_token)


ROUTES = [(ScrapeMatches(r"/metrics$"), MetricsHandler)]


@hookimpl
def routes() -> list[tuple[PathMatches, type[Handler]]]:
    """Figures."""
    return list(ROUTES)
