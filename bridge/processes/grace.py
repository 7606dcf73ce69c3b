"""How long what is ending may take."""


class Grace:
    """Seconds between TERM and KILL; shared, so that a bridge that ends can hurry what is ending already."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float = 5.0) -> None:
        self.seconds = seconds
