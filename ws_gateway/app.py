"""The gateway put together: its parts, its routes, its start and its end."""

import asyncio
import contextlib
import logging
import os
import socket
import ssl
from collections.abc import Awaitable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from tornado import httputil
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bridge.protocol import JsonObject
from ws_gateway.address import LOCAL, Address, locate
from ws_gateway.auth.tokens import FIRST_LINK_TTL, LINK_TTL, Tokens
from ws_gateway.config import Config
from ws_gateway.control import ControlSocket, folders
from ws_gateway.http.handler import NotFound, Refused, error_page
from ws_gateway.http.headers import SECURITY_HEADERS, is_allowed_host, is_loopback_host, origin_matches, refusal
from ws_gateway.http.proxy import scheme_of, source_of
from ws_gateway.http.static_files import StaticFile, load_static_files
from ws_gateway.links import login_link
from ws_gateway.listening.tls_port import SERVER_LIMITS, TlsPort
from ws_gateway.logs.log import ThrottledLog, printable
from ws_gateway.metrics import Metrics
from ws_gateway.pages import redirect
from ws_gateway.pages.branding import load_branding, os_release
from ws_gateway.plugins import load_plugins
from ws_gateway.relay.bridge_process import BridgeCommand
from ws_gateway.relay.idle import end_idle
from ws_gateway.relay.sessions import SESSIONS_MAX, SYSTEM_SESSIONS_MAX, Sessions
from ws_gateway.settings import Settings
from ws_gateway.sockets.keepalive import Keepalive
from ws_gateway.tasks import Tasks

if TYPE_CHECKING:
    from ws_gateway.auth.attempt import AuthBackend
    from ws_gateway.sockets.websocket import BrowserSocket

MESSAGE_MAX = 256 * 1024
"""Bytes of a message that a browser sends; it splits its data at 64 KiB."""

_log = logging.getLogger(__name__)
_refusals = ThrottledLog(__name__)


class Gateway:
    """One running console. StaticError or pluggy's PluginValidationError for settings that cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = settings.port
        self.version = _version()
        self.tasks = Tasks()
        self.tokens = Tokens()
        self.sessions = Sessions(SESSIONS_MAX if settings.system is None else SYSTEM_SESSIONS_MAX)
        self.sockets: set[BrowserSocket] = set()
        self.keepalive = Keepalive()
        self.metrics = Metrics()
        self.static_files = _files_of(settings)
        self.bridge_command = BridgeCommand(settings.bridge, settings.environ)
        self._hooks = load_plugins().hook
        self.auth_backends = self._collect_backends()
        self._control = ControlSocket(lambda: self.link(LINK_TTL))
        self._server: HTTPServer | None = None
        self._tls_port: TlsPort | None = None

    @property
    def scheme(self) -> str:
        """Of the console's own port."""
        return "https" if self.settings.system is not None and self.settings.system.tls else "http"

    @property
    def config(self) -> Config:
        """What the administrator configured; in single-user mode nothing."""
        return self.settings.system.config if self.settings.system is not None else Config()

    def takes_tickets(self, address: Address) -> bool:
        """Whether browsers are offered to log in there by a Kerberos ticket."""
        return self.settings.system is not None and self.settings.system.takes_tickets and not address.host

    def cookie_name(self, address: Address) -> str:
        """Cookies ignore ports: two consoles on one machine need two names. In system mode it is Cockpit's."""
        return f"pilothouse-{self.port}" if self.settings.system is None else address.cookie_name

    def locate(self, path: str) -> Address | None:
        """What a request's path means; None for what is not ours. One user has one application."""
        address = locate(path, self.config.url_root)
        return None if self.settings.system is None and address and address.application != LOCAL else address

    def scheme_of(self, headers: httputil.HTTPHeaders) -> str:
        """The scheme of the address that the person's browser has."""
        return scheme_of(headers, self.config, self.scheme)

    def source_of(self, request: httputil.HTTPServerRequest) -> str:
        """Where the person is."""
        return source_of(request.headers, self.config, request.remote_ip or "")

    def allows_host(self, host: str) -> bool:
        """Whether the console may be called so: in single-user mode this machine's own names (DNS rebinding)."""
        if self.settings.system is None:
            return is_loopback_host(host)
        allowed = self.config.allowed_hosts
        return not allowed or is_allowed_host(host, allowed)

    def allows_origin(self, headers: httputil.HTTPHeaders) -> bool:
        """Whether a page of the request's Origin may have what a session is for."""
        return origin_matches(headers, self.scheme_of(headers), self.config.origins)

    def link(self, ttl: float = FIRST_LINK_TTL) -> JsonObject:
        """A new login link, with what else `login-url` prints."""
        return {
            "link": login_link(self.settings.address, self.port, self.tokens.issue(ttl)),
            "address": self.settings.address,
            "port": self.port,
        }

    async def start(self, listeners: list[socket.socket], context: ssl.SSLContext | None = None) -> None:
        """Begins to serve on `listeners`; with TLS where there is a `context`, and then nothing without."""
        self.port = listeners[0].getsockname()[1]
        routes = [route for routes in self._hooks.routes(gateway=self) for route in routes]
        self._server = self._make_server(routes)
        self._hooks.startup(gateway=self)
        if self.settings.system is None:
            await self._control.start(folders(os.environ)[0], self.port)
        else:
            self.tasks.start(end_idle(self.sessions, lambda: self.config.idle_timeout * 60), "idle sessions")
        self.tasks.start(self.keepalive.run(), "pings")
        self.tasks.start(self.metrics.watch_loop(), "event loop's lag")
        if context is None:
            self._server.add_sockets(listeners)
        else:
            self._tls_port = TlsPort(self._server, self._make_server(redirect.ROUTES), context)
            self._tls_port.start(listeners)

    def reconfigure(self, settings: Settings) -> None:
        """From now on other settings of system mode hold. StaticError, and no change, for those that cannot be used."""
        static_files = _files_of(settings)
        self.settings, self.static_files = settings, static_files

    async def stop(self) -> None:
        """Ends everything: no new connections, sockets closed with 1001, bridges gone within 5 seconds."""
        if self._server is not None:
            self._server.stop()
        if self._tls_port is not None:
            await self._tls_port.stop()
        await self._control.stop()
        await self.sessions.stop()
        self._hooks.shutdown(gateway=self)
        if self._server is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._server.close_all_connections(), 0.5)
        await self.tasks.stop()

    def _make_server(self, routes: list[tuple[Any, ...]]) -> HTTPServer:
        application = GatewayApplication(
            routes,
            gateway=self,
            default_handler_class=NotFound,
            cross_origin_protection=True,
            log_function=_log_request,
            websocket_max_message_size=MESSAGE_MAX,
        )
        return HTTPServer(application, **SERVER_LIMITS)

    def _collect_backends(self) -> "dict[str, AuthBackend]":
        backends: dict[str, AuthBackend] = {}
        for offered in self._hooks.auth_backends(gateway=self):
            for scheme, backend in offered.items():
                if scheme in backends:
                    raise ValueError(f"two plugins offer to log in by {scheme!r}")
                backends[scheme] = backend
        return backends


class GatewayApplication(Application):
    """Tornado's application, with one gate before all routes."""

    def find_handler(self, request: httputil.HTTPServerRequest, **kwargs: Any) -> Any:
        """Where a request goes: what `refusal` names goes nowhere."""
        gateway: Gateway = self.settings["gateway"]
        status = refusal(request, gateway.allows_host)
        if status is None:
            address = gateway.locate(request.path)
            if address is None:
                return self.get_handler_delegate(request, NotFound)
            request.path = address.path
            return super().find_handler(request, **kwargs)
        if status == 421:
            allowed = "in single-user mode only localhost, 127.0.0.1 and [::1] are served"
            if gateway.settings.system is not None:
                allowed = "AllowedHosts in pilothouse.conf does not name it"
            _refusals.warning(
                "refused a request for the host %s: %s", printable(request.headers.get("Host", "")), allowed
            )
        return self.get_handler_delegate(request, Refused, {"status": status})

    def start_request(self, server_conn: object, request_conn: httputil.HTTPConnection) -> httputil.HTTPMessageDelegate:
        """As Tornado does, but a bad Host gets an answer with our headers as well."""
        return _HeadErrors(super().start_request(server_conn, request_conn), request_conn)


class _HeadErrors(httputil.HTTPMessageDelegate):
    """Answers a head that Tornado takes for malformed."""

    def __init__(self, inner: httputil.HTTPMessageDelegate, connection: httputil.HTTPConnection) -> None:
        self._inner: httputil.HTTPMessageDelegate | None = inner
        self._connection = connection

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> Awaitable[None] | None:
        assert self._inner is not None
        try:
            return self._inner.headers_received(start_line, headers)
        except httputil.HTTPInputError:
            self._inner = None
            self._refuse()
            return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._inner.data_received(chunk) if self._inner is not None else None

    def finish(self) -> None:
        if self._inner is not None:
            self._inner.finish()

    def on_connection_close(self) -> None:
        if self._inner is not None:
            self._inner.on_connection_close()

    def _refuse(self) -> None:
        body = error_page(400).encode()
        headers = httputil.HTTPHeaders(SECURITY_HEADERS)
        headers["Content-Type"] = "text/html; charset=UTF-8"
        headers["Content-Length"] = str(len(body))
        headers["Connection"] = "close"
        self._connection.write_headers(httputil.ResponseStartLine("HTTP/1.1", 400, "Bad Request"), headers, body)
        self._connection.finish()


def _files_of(settings: Settings) -> dict[str, StaticFile]:
    return load_static_files(settings.static) | load_branding(settings.static, os_release())


def _log_request(handler: RequestHandler) -> None:
    """One line per request that went wrong on our side; its path may hold a token, so the handler's name stands in."""
    status = handler.get_status()
    level = logging.WARNING if status >= 500 else logging.DEBUG
    _log.log(level, "%s %s: %d", handler.request.method, type(handler).__name__, status)


def _version() -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version("pilothouse")
    return "0"
