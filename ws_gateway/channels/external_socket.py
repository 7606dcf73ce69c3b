"""`/cockpit/channel/CSRF-TOKEN?BASE64` as a websocket: one channel, its data 1:1 (reference 4.5)."""

from tornado.httputil import HTTPServerRequest
from tornado.routing import PathMatches
from tornado.web import HTTPError

from bridge.protocol import Control, encode_data
from ws_gateway.channels.external import PATH, check_token
from ws_gateway.channels.external_options import parse_options
from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.sockets.socket_handler import GOING_AWAY, SocketHandler

NORMAL = 1000


class UpgradeMatches(PathMatches):
    """A path, asked for as a websocket."""

    def match(self, request: HTTPServerRequest) -> dict[str, object] | None:
        """As for any path, but only where an upgrade is asked for."""
        return super().match(request) if "Upgrade" in request.headers else None


class ExternalSocket(SocketHandler):
    """One channel, such as a virtual machine's screen. It ends when either side does."""

    def prepare(self) -> None:
        """Refuses what is no handshake, has no session, or asks for no channel."""
        super().prepare()
        self._found = check_token(self.session(), self.path_args[0])
        try:
            self._options = parse_options(self.request.query)
        except ValueError:
            raise HTTPError(400) from None
        self.check_offer()

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The first one offered that the options name."""
        return next((name for name in subprotocols if name in self._options.protocols), None)

    def open(self, *_args: str, **_kwargs: str) -> None:
        """Opens the channel."""
        self.start_writer()
        session = self._session = self._found
        self._channel = session.next_internal()
        session.owners[self._channel] = self
        session.endpoints.add(self)
        session.post({**self._options.members, "command": "open", "channel": self._channel, "flow-control": True})

    def receive(self, payload: bytes) -> None:
        """Sends on what the page says."""
        if self._session is not None:
            self._session.forward(encode_data(self._channel, payload))

    def on_close(self) -> None:
        """Closes the channel, in good order if the page did."""
        if self.close_code == NORMAL and self._session is not None:
            self._session.post({"command": "done", "channel": self._channel})
            self.let_go("")
        super().on_close()

    def deliver(self, channel: str, control: Control | None, message: bytes) -> None:
        """Sends on what the bridge says, at the next `push`; never waits."""
        if control is None:
            self._deliver_data(message[len(channel) + 1 :])
        elif control.command == "ping":
            self.when_sent(lambda: self._pong(control))
        elif control.command == "close":
            problem = str(control.message.get("problem") or "")
            self.let_go(problem)
            self._close(problem)

    def let_go(self, problem: str) -> bool:
        """Closes the channel, if the bridge did not."""
        session, self._session = self._session, None
        if session is None:
            return False
        session.endpoints.discard(self)
        if session.owners.pop(self._channel, None) is not None:
            close = {"command": "close", "channel": self._channel}
            session.post({**close, "problem": problem} if problem else close)
        return True

    def _deliver_data(self, payload: bytes) -> None:
        if not self._options.binary:
            try:
                payload.decode()
            except UnicodeDecodeError:
                self.let_go("protocol-error")
                self._close("protocol-error")
                return
        self.send(payload, self._options.binary)

    def _close(self, problem: str) -> None:
        # A reason is at most 123 bytes long (RFC 6455, 5.5).
        self.close_when_sent(GOING_AWAY if problem else NORMAL, problem.encode("ascii", "replace")[:123].decode())

    def _pong(self, ping: Control) -> None:
        if self._session is not None:
            self._session.post({**ping.message, "command": "pong"})


ROUTES = [(UpgradeMatches(PATH), ExternalSocket)]


@hookimpl
def routes() -> list[tuple[PathMatches, type[Handler]]]:
    """External channels as websockets."""
    return list(ROUTES)
