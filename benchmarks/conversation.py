"""What a blocking client of a bridge and one of a gateway have in common: channels on whatever carries messages."""

import json
from typing import Any

PATIENCE = 60.0
"""Seconds without an answer after which a measurement is given up."""


class Conversation:
    """The client's end; who derives from it says how a message comes and goes."""

    seed = "c"
    """What the names of our channels begin with."""

    def __init__(self) -> None:
        self._channels = 0

    def message(self) -> tuple[str, bytes]:
        """The next message: channel and payload."""
        raise NotImplementedError

    def send(self, channel: str, payload: bytes) -> None:
        """Send data."""
        raise NotImplementedError

    def control(self, **message: Any) -> None:
        """Send a control message."""
        self.send("", json.dumps(message).encode())

    def open(self, payload: str, **options: Any) -> str:
        """Open a channel, with flow control unless `options` say otherwise; its name."""
        self._channels += 1
        name = f"{self.seed}{self._channels}"
        self.control(command="open", channel=name, payload=payload, **({"flow-control": True} | options))
        return name

    def data(self, channel: str) -> bytes:
        """The next data of `channel`; what other channels say is passed over."""
        while True:
            source, payload = self.message()
            if source == channel:
                return payload
            if not source:
                self.answer(json.loads(payload), channel)

    def until_close(self, channel: str) -> int:
        """Bytes of data until `channel` closes."""
        count = 0
        while True:
            source, payload = self.message()
            if source == channel:
                count += len(payload)
            elif not source and self.answer(json.loads(payload), channel):
                return count

    def answer(self, message: dict[str, Any], channel: str) -> bool:
        """Answer a channel's ping; whether `channel` was closed, which it must not be with a problem."""
        if message["command"] == "ping" and "channel" in message:
            self.control(**(message | {"command": "pong"}))
        if message["command"] == "close" and message.get("channel") == channel:
            if message.get("problem"):
                raise RuntimeError(message)
            return True
        return False
