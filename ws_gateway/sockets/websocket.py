"""`/cockpit/socket`: a browser's connection to its session (reference 1.2 to 1.4)."""

import logging

from bridge.protocol import Control, JsonObject, Problem, encode_control
from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.logs.log import ThrottledLog, printable
from ws_gateway.relay.dispatch import Answer, Authorize, Dispatcher, Fatal, Ignore, Relay
from ws_gateway.sockets.frames import head
from ws_gateway.sockets.socket_handler import FAILED, GOING_AWAY, SocketHandler

SUBPROTOCOL = "cockpit1"
CAPABILITIES = ("multi", "credentials", "binary", "websocket-channel-close-fix")
_PING = encode_control({"command": "ping"})
_PING_FRAME = head(_PING, False) + _PING
_log = logging.getLogger(__name__)
_faults = ThrottledLog(__name__)


class BrowserSocket(SocketHandler):
    """One page's connection: an endpoint of the channels that it opened."""

    pulse_frame = _PING_FRAME

    def prepare(self) -> None:
        """Refuses what is no handshake for us."""
        super().prepare()
        self.check_offer()

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """`cockpit1`, where it is offered."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def open(self, *_args: str, **_kwargs: str) -> None:
        """Greets the page; without a session it is told so and let go."""
        self.start_writer()
        session = self.session()
        if session is None:
            self.control({"command": "init", "problem": "no-session"})
            self.close_when_sent(GOING_AWAY, "no-session")
            return
        self._session = session
        self._dispatcher = Dispatcher(self, session.owners)
        session.endpoints.add(self)
        self.gateway.sockets.add(self)
        self.control(
            {
                "command": "init",
                "version": 1,
                "channel-seed": session.next_seed(),
                "host": "localhost",
                "csrf-token": session.csrf_token,
                "capabilities": list(CAPABILITIES),
                "system": {"version": self.gateway.version},
            }
        )

    def receive(self, payload: bytes) -> None:
        """Does what the message means."""
        session = self._session
        if session is None:
            return
        action = self._dispatcher.receive(payload)
        match action:
            case Relay(relayed):
                session.note(self._dispatcher.activity)
                session.forward(relayed)
            case Answer(answer):
                self.control(answer)
            case Fatal(problem, reason):
                _faults.warning("session %d: closed a socket: %s", session.number, printable(reason))
                self._fail(problem)
            case Authorize(credentials):
                session.login.keep_password(credentials)
            case Ignore(why):
                _log.debug("session %d: ignored %s", session.number, why)
            case _:
                self.gateway.sessions.end(session, "logged out", term_after=0)

    def control(self, message: JsonObject) -> None:
        """Sends a control message; never waits."""
        self.send(encode_control(message), False)
        self.push_soon()

    def deliver(self, channel: str, control: Control | None, message: bytes) -> None:
        """Sends on what the bridge says, at the next `push`; never waits."""
        if control is not None and control.command == "close":
            self._closed(channel, message)
        elif (is_binary := self._dispatcher.channels.get(channel)) is None:
            return  # the page has closed it
        elif control is not None or is_binary:
            self.send(message, is_binary and control is None)
        else:
            self._deliver_text(channel, message)

    def _closed(self, channel: str, message: bytes) -> None:
        if self._session is None:
            return
        waiting = self._dispatcher.closed(channel)
        if waiting is None:
            self.send(message, False)
        else:
            for each in waiting:
                self._session.forward(each)

    def let_go(self, problem: str) -> bool:
        """Closes what the page left open."""
        session, self._session = self._session, None
        if session is None:
            return False
        self.gateway.sockets.discard(self)
        session.endpoints.discard(self)
        for channel in tuple(self._dispatcher.channels):
            if session.owners.get(channel) is self:
                session.post({"command": "close", "channel": channel, "problem": problem})
            self._dispatcher.forget(channel)
        return True

    def _deliver_text(self, channel: str, message: bytes) -> None:
        # A page's whole connection would be closed by its browser for one text that is not UTF-8.
        try:
            message.decode()
        except UnicodeDecodeError:
            problem = Problem("protocol-error", "the data of a text channel is not UTF-8")
            close = {"command": "close", "channel": channel, **problem.as_close()}
            self._dispatcher.forget(channel)
            self.control(close)
            if self._session is not None:
                self._session.post(close)
        else:
            self.send(message, False)

    def _fail(self, problem: str) -> None:
        """The page broke the rules: it is told after what it was to get before (reference 1.4)."""
        self.let_go("disconnected")
        self.control({"command": "close", "problem": problem})
        self.close_when_sent(FAILED, problem)


ROUTES = [(r"/cockpit/socket", BrowserSocket)]


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """The browsers' socket."""
    return list(ROUTES)
