"""`null`: stays open and takes whatever comes; pages use it to see that the session lives (reference 2.2)."""

from bridge.channel import Channel, NoOptions


class NullChannel(Channel):
    """Ignores data; closes at the other side's `done`."""

    payload = "null"
    __slots__ = ()

    def opened(self, options: NoOptions) -> None:
        self.ready()

    def received(self, payload: bytes) -> None:
        pass

    def finished(self) -> None:
        self.close()
