"""A route of the gateway's that sends back what it gets, on our websocket class."""

from ws_gateway import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.sockets.socket_handler import SocketHandler


class Echo(SocketHandler):
    """Sends back what it gets; `fail` is a fault of ours."""

    is_binary = False
    """Whether the next answer is."""

    def open(self, *_args: str, **_kwargs: str) -> None:
        self.start_writer()

    def receive(self, payload: bytes) -> None:
        if payload == b"fail":
            raise RuntimeError(payload)
        self.send(payload, self.is_binary)
        self.push_soon()

    def let_go(self, problem: str) -> bool:
        return False


class EchoRoute:
    """The plugin that brings it, at `/cockpit/echo`."""

    def __init__(self, handler: type[Handler] = Echo) -> None:
        self._handler = handler

    @hookimpl
    def routes(self) -> list[tuple[str, type[Handler]]]:
        return [("/cockpit/echo", self._handler)]
