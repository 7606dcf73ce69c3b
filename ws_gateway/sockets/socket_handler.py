"""What all websockets here share: the checks of the handshake, and one bounded queue of what is to be sent."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import NamedTuple

from tornado.httputil import HTTPHeaders
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler, WebSocketProtocol

from bridge.protocol import Problem, encode_control
from ws_gateway.http.handler import Handler
from ws_gateway.http.proxy import advice
from ws_gateway.logs.log import ThrottledLog, printable
from ws_gateway.relay.session import Session
from ws_gateway.sockets.backlog import Backlog
from ws_gateway.sockets.frame_connection import FrameConnection
from ws_gateway.sockets.frames import PING_FRAME, head

GOING_AWAY = 1001
FAILED = 1011
SLOW_PATIENCE = 3.0
"""Seconds for which a session's bridge is paused for a page that reads, but hardly."""
WRITE_SIZE = 256 * 1024
"""Bytes of messages that are handed to the kernel at once."""

_refusals = ThrottledLog(__name__)


class _Message(NamedTuple):
    payload: bytes
    binary: bool


class _Close(NamedTuple):
    code: int
    reason: str


class SocketHandler(Handler, WebSocketHandler):
    """A websocket that is an endpoint of channels; who derives from it says what `let_go` means."""

    _session: Session | None = None
    """Whose bridge answers, from `open` to `let_go`."""
    pulse_frame = b""
    """What the page hears at every pulse."""

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

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Tornado's, as we read it; none for a version that is not spoken."""
        spoken = super().get_websocket_protocol()
        return None if spoken is None else FrameConnection(self, spoken.params)  # type: ignore[attr-defined]

    def start_writer(self) -> None:
        """Makes the socket ready to send; the first thing `open` does."""
        self.set_nodelay(True)
        self._backlog: Backlog[_Message | _Close | Callable[[], None]] = Backlog()
        self._writing = self._push_is_due = False
        self.gateway.keepalive.join(self)

    def receive(self, payload: bytes) -> None:
        """Takes a message; never waits."""
        raise NotImplementedError

    def on_message(self, message: str | bytes) -> None:
        """What Tornado would call; messages come by `receive`, and many at a time."""
        raise NotImplementedError

    def batch(self) -> AbstractContextManager[None]:
        """Has the bridge get in one piece what came in one."""
        return nullcontext() if self._session is None else self._session.bridge.batch()

    def taken(self) -> Awaitable[None] | None:
        """What to wait for before more is read: the bridge, where it is behind, so that a slow one slows its page."""
        if self._session is not None and self._session.bridge.is_behind:
            return self._session.bridge.drain()
        return self.settle() if self.congested else None

    def on_close(self) -> None:
        """The other side, or the connection, is gone."""
        self.gateway.keepalive.leave(self)
        self.let_go("disconnected")
        if hasattr(self, "_backlog"):
            self._backlog.clear()

    def let_go(self, problem: str) -> bool:
        """Gives up the socket's channels; False if that was done before."""
        raise NotImplementedError

    def pulse(self, asks: bool) -> None:
        """Keeps the connection alive (`keepalive`), in one piece: a message of ours, and a ping of the websocket's."""
        connection = self.ws_connection
        if not isinstance(connection, FrameConnection):
            return
        if asks and not connection.has_spoken():
            self.close(GOING_AWAY, "nobody answers")
        elif frames := self.pulse_frame + (PING_FRAME if asks else b""):
            with suppress(StreamClosedError):
                connection.write(frames)

    @property
    def congested(self) -> bool:
        """Whether so much waits to be read that the bridge should be paused."""
        return self._backlog.congested

    async def settle(self) -> None:
        """Waits until it is no longer congested; a page that does not read, or reads too slowly, is let go."""
        until = asyncio.get_running_loop().time() + SLOW_PATIENCE
        while self._session is not None:
            before = self._progress()
            try:
                await self._backlog.settle()
            except Problem as problem:
                if self._progress() == before or asyncio.get_running_loop().time() > until:
                    self._cut(problem)
            else:
                return

    def send(self, payload: bytes, binary: bool) -> None:
        """Sends a message, at the next `push`; never waits."""
        try:
            self._backlog.put(_Message(payload, binary), len(payload))
        except Problem as problem:
            self._cut(problem)

    def when_sent(self, action: Callable[[], None]) -> None:
        """Calls `action` when all that was sent before has left the process."""
        self._backlog.put(action, 0)
        self.push_soon()

    def close_when_sent(self, code: int, reason: str) -> None:
        """Closes the socket when all that was sent before has left the process."""
        self._backlog.put(_Close(code, reason), 0)
        self.push_soon()

    def push_soon(self) -> None:
        """Pushes in this turn of the event loop or the next."""
        if not self._push_is_due:
            self._push_is_due = True
            asyncio.get_running_loop().call_soon(self._push_now)

    def push(self) -> None:
        """Hands what waits to the kernel, as far as that takes it; the rest follows by itself. Never waits."""
        with suppress(StreamClosedError):
            while not self._writing and (items := self._backlog.take(WRITE_SIZE)):
                self._write(items)

    def end(self, problem: str) -> None:
        """The session ended."""
        self.let_go(problem)
        self.close_when_sent(GOING_AWAY, problem)

    def _push_now(self) -> None:
        self._push_is_due = False
        self.push()

    def _cut(self, problem: Problem) -> None:
        """The page does not read: what waits for it is dropped, and it is told as far as it can be."""
        if not self.let_go("disconnected"):
            return
        _refusals.warning("closed a socket: %s", problem.message)
        self._backlog.clear()
        last = encode_control({"command": "close", "problem": problem.code})
        with suppress(StreamClosedError):
            self._connection().write(head(last, False) + last)
        self.close(FAILED, problem.code)

    def _write(self, items: list[_Message | _Close | Callable[[], None]]) -> None:
        pieces: list[bytes] = []
        for item in items:
            if isinstance(item, _Message):
                pieces += (head(item.payload, item.binary), item.payload)
            elif isinstance(item, _Close):
                self.close(item.code, item.reason)
            else:
                item()
        if pieces:
            written = self._connection().write(b"".join(pieces))
            if written is not None and not written.done():
                self._writing = True
                written.add_done_callback(self._written)

    def _written(self, written: "asyncio.Future[None]") -> None:
        self._writing = False
        if not written.cancelled() and written.exception() is None:
            self.push()

    def _progress(self) -> int:
        return self.ws_connection.written if isinstance(self.ws_connection, FrameConnection) else 0

    def _connection(self) -> FrameConnection:
        if not isinstance(self.ws_connection, FrameConnection):
            raise StreamClosedError
        return self.ws_connection


def _has_key(headers: HTTPHeaders) -> bool:
    try:
        key = base64.b64decode(headers.get("Sec-WebSocket-Key", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) == 16
