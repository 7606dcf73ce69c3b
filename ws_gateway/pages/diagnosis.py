"""`/cockpit/diagnosis?origin=ORIGIN`: why a page's websocket was refused, of which its browser tells it nothing."""

from tornado.httputil import HTTPHeaders

from bridge.protocol import encode_json
from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.logs.log import ThrottledLog, printable

ORIGIN_MAX = 300
"""Characters of an origin."""

_refusals = ThrottledLog(__name__)


class DiagnosisHandler(Handler):
    """Tells the class of the reason: `origin`, `no-session`, or null where nothing here stands against it."""

    def get(self) -> None:
        """A page that learns null while no websocket comes through has a proxy in between that does not let it."""
        self.set_header("Content-Type", "application/json")
        self.set_header("Vary", "Cookie")
        self.finish(encode_json({"problem": self._problem()}))

    def _problem(self) -> str | None:
        headers = HTTPHeaders(self.request.headers)
        headers["Origin"] = self.get_query_argument("origin", "")[:ORIGIN_MAX]
        if not self.gateway.allows_origin(headers):
            return "origin"
        if self.session() is not None:
            return None
        _refusals.warning(
            "a page of %s sends no session's cookie after its login: does the browser keep cookies, a proxy let them "
            "pass? Where ProtocolHeader says https, the address in the browser must begin with https",
            printable(headers["Origin"]),
        )
        return "no-session"


ROUTES = [(r"/cockpit/diagnosis", DiagnosisHandler)]


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """Why not."""
    return list(ROUTES)
