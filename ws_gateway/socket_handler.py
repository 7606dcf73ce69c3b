"""What all websockets here share: the checks of the handshake, and one bounded queue with one writer."""

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from bridge.protocol import Problem, encode_control
from ws_gateway.backlog import Backlog
from ws_gateway.handler import Handler
from ws_gateway.log import ThrottledLog, printable
from ws_gateway.proxy import advice

GOING_AWAY = 1001
FAILED = 1011

_refusals = ThrottledLog(__name__)


class _Message(NamedTuple):
    payload: bytes
    binary: bool


class _Close(NamedTuple):
    code: int
    reason: str


class SocketHandler(Handler, WebSocketHandler):
    """A websocket that is an endpoint of channels; who derives from it says what `let_go` means."""

    def prepare(self) -> None:
        """Refuses what another site's page asks for, and what is no handshake, before any session is touched."""
        headers = self.request.headers
        if not self.gateway.allows_origin(headers):
            self._log_refusal(headers)
            raise HTTPError(403)
        if "Upgrade" not in headers:
            _refusals.warning("refused a websocket without an Upgrade header: does a proxy in between let it pass?")
            raise HTTPError(400)
        if self.request.method != "GET" or self.request.version != "HTTP/1.1" or not _has_key(headers):
            raise HTTPError(400)

    def _log_refusal(self, headers: HTTPHeaders) -> None:
        origin, host = headers.get("Origin", ""), headers.get("Host", "")
        _refusals.warning(
            "refused a websocket of a page of %s that was opened for %s://%s: %s",
            printable(origin) or "(no origin)",
            self.gateway.scheme_of(headers),
            printable(host),
            advice(origin, host, self.gateway.scheme_of(headers), self.gateway.config),
        )

    def check_offer(self) -> None:
        """Refuses a handshake that offers protocols of which none is ours."""
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if offered and self.select_subprotocol([name.strip() for name in offered.split(",")]) is None:
            raise HTTPError(400)

    def check_origin(self, origin: str) -> bool:
        """True: `prepare` has checked it, and more strictly."""
        return bool(origin)

    def start_writer(self) -> None:
        """Makes the socket ready to send; the first thing `open` does."""
        self.set_nodelay(True)
        self._backlog: Backlog[_Message | _Close | Callable[[], None]] = Backlog()
        self._writer = self.gateway.tasks.start(self._write(), "writer of a socket")

    def on_close(self) -> None:
        """The other side, or the connection, is gone."""
        self.let_go("disconnected")
        if hasattr(self, "_writer"):
            self._writer.cancel()

    def let_go(self, problem: str) -> bool:
        """Gives up the socket's channels; False if that was done before."""
        raise NotImplementedError

    @property
    def congested(self) -> bool:
        """Whether so much waits to be read that the bridge should be paused."""
        return self._backlog.congested

    async def settle(self) -> None:
        """Waits until it is no longer congested; a page that does not read is let go."""
        try:
            await self._backlog.settle()
        except Problem as problem:
            self._cut(problem)

    def send(self, payload: bytes, binary: bool) -> None:
        """Sends a message; never waits."""
        try:
            self._backlog.put(_Message(payload, binary), len(payload))
        except Problem as problem:
            self._cut(problem)

    def when_sent(self, action: Callable[[], None]) -> None:
        """Calls `action` when all that was sent before has left the process."""
        self._backlog.put(action, 0)

    def close_when_sent(self, code: int, reason: str) -> None:
        """Closes the socket when all that was sent before has left the process."""
        self._backlog.put(_Close(code, reason), 0)

    def end(self, problem: str) -> None:
        """The session ended."""
        self.let_go(problem)
        self.close_when_sent(GOING_AWAY, problem)

    def _cut(self, problem: Problem) -> None:
        """The page does not read: what waits for it is dropped, and it is told as far as it can be."""
        if not self.let_go("disconnected"):
            return
        _refusals.warning("closed a socket: %s", problem.message)
        self._writer.cancel()
        self._backlog.clear()
        self.gateway.tasks.start(self._last_words(problem.code), "last words of a socket")

    async def _last_words(self, problem: str) -> None:
        with suppress(WebSocketClosedError):
            written = self.write_message(encode_control({"command": "close", "problem": problem}))
            self.close(FAILED, problem)
            await written

    async def _write(self) -> None:
        """The one writer: the next message goes when the one before it has left the process."""
        with suppress(WebSocketClosedError):
            while not isinstance(item := await self._backlog.get(), _Close):
                if isinstance(item, _Message):
                    await self.write_message(item.payload, item.binary)
                else:
                    item()
            self.close(item.code, item.reason)


def _has_key(headers: HTTPHeaders) -> bool:
    try:
        key = base64.b64decode(headers.get("Sec-WebSocket-Key", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) == 16
