"""What every answer of the gateway has in common: its headers, its errors, its log line."""

import logging
import secrets
from collections.abc import Awaitable
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler, stream_request_body

from bridge.protocol import Problem
from ws_gateway.address import LOCAL, Address
from ws_gateway.http.headers import SECURITY_HEADERS, session_cookie
from ws_gateway.relay.session import Session

if TYPE_CHECKING:
    from ws_gateway.app import Gateway

_log = logging.getLogger(__name__)

_SENTENCES = {
    400: "The request could not be understood.",
    401: "Please log in first.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    405: "Only GET and HEAD are understood here.",
    413: "A request must not have a body here.",
    421: "The console is not known by the name that was used to reach it.",
    502: "The host behind this address cannot be reached.",
}

_PROBLEM_STATUS = {
    "not-found": 404,
    "access-denied": 403,
    "no-host": 502,
    "no-cockpit": 502,
    "unknown-hostkey": 502,
    "unknown-host": 502,
    "authentication-failed": 502,
    "disconnected": 502,
    "terminated": 502,
}


def error_page(status: int, fault: str = "") -> str:
    """The page of an error: constant for its status, but for the word under which the log has a fault of ours."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    sentence = _SENTENCES.get(status, "The request could not be answered.")
    if fault:
        sentence += f" The machine's log has more about it: look for {fault}."
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body><h1>{title}</h1><p>{sentence}</p></body></html>\n"
    )


class Handler(RequestHandler):
    """The base class of all handlers. GET answers HEAD as well."""

    SUPPORTED_METHODS: tuple[str, ...] = ("GET", "HEAD")

    _fault = ""

    @property
    def gateway(self) -> "Gateway":
        """The program this handler belongs to."""
        return cast("Gateway", self.settings["gateway"])

    def session(self) -> Session | None:
        """The session that the request's cookie belongs to."""
        cookie = session_cookie(self.request.headers, self.gateway.cookie_name(self.address))
        return self.gateway.sessions.find(cookie, self.address.application)

    @property
    def address(self) -> Address:
        """Which application the request is for."""
        path = (self.request.uri or "").partition("?")[0]
        return self.gateway.locate(path) or Address(LOCAL, "", path)

    @property
    def base(self) -> str:
        """What the addresses of the application's own files begin with."""
        return f"{self.gateway.config.url_root}/{self.address.application}"

    def set_default_headers(self) -> None:
        """Sets what goes on every response, errors included."""
        self.clear_header("Server")
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)

    def head(self, *args: str, **kwargs: str) -> Awaitable[None] | None:
        """Answers as GET does; the body is left out further down."""
        return self.get(*args, **kwargs)

    def compute_etag(self) -> str | None:
        """No tags but those that a handler sets itself."""
        return None

    def fail(self, problem: Problem) -> None:
        """Answers with the status that stands for `problem` (reference 4.6)."""
        self.send_error(_PROBLEM_STATUS.get(problem.code, 500))

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        """Answers with a page that holds nothing of the request."""
        if self.request.version == "HTTP/1.1" and status_code in (400, 405, 413, 414, 421, 431):
            self.set_header("Connection", "close")
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(error_page(status_code, self._fault))

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Logs where a handler failed, by a word that the page has too; not what was asked: it may hold secrets."""
        if typ is None or isinstance(value, HTTPError | StreamClosedError):
            return
        while tb is not None and tb.tb_next is not None:
            tb = tb.tb_next
        place = f"{tb.tb_frame.f_code.co_filename}:{tb.tb_lineno}" if tb is not None else "an unknown place"
        self._fault = secrets.token_hex(4)
        _log.error("%s in %s at %s: %s", typ.__name__, type(self).__name__, place, self._fault)


class NotFound(Handler):
    """What no route is for."""

    def prepare(self) -> None:
        """Answers 404."""
        raise HTTPError(404)


@stream_request_body
class Refused(Handler):
    """What is refused before its path is looked at, and before its body is read."""

    def initialize(self, status: int) -> None:
        """`status`: the answer."""
        self._status = status
        self.SUPPORTED_METHODS = (self.request.method or "",)

    def prepare(self) -> None:
        """Answers, without waiting for the body."""
        raise HTTPError(self._status)

    def data_received(self, chunk: bytes) -> None:
        """Drops what comes all the same."""
