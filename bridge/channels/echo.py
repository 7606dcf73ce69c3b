"""`echo`: every frame comes back as it was (reference 2.2)."""

from bridge.channel import Channel, NoOptions


class EchoChannel(Channel):
    """Sends back what it receives; at the other side's `done` it is done and closes."""

    payload = "echo"
    __slots__ = ()

    def opened(self, options: NoOptions) -> None:
        self.ready()

    def received(self, payload: bytes) -> None:
        self.send(payload)

    def finished(self) -> None:
        self.done()
        self.close()
