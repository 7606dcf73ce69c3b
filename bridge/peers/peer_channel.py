"""A channel that a peer has, as the router sees it."""

import asyncio
from typing import TYPE_CHECKING

from bridge.protocol import JsonObject, Problem, encode_control, encode_data

if TYPE_CHECKING:
    from bridge.peers.peer import Peer

CLOSE_PATIENCE = 15.0
"""Seconds that a peer may take to answer a `close`; its processes have a grace of 5."""


class PeerChannel:
    """The endpoint of a channel that a peer has."""

    __slots__ = ("_peer", "_timer", "channel", "close_sent")

    def __init__(self, peer: "Peer", channel: str) -> None:
        self._peer = peer
        self._timer: asyncio.TimerHandle | None = None
        self.channel = channel
        self.close_sent = 0.0
        """When the peer was asked to close the channel, in the loop's time; 0 before."""

    def open(self, message: JsonObject) -> None:
        """Route the channel to the peer."""
        self._peer.link(self)
        self._peer.send(encode_control(message))

    def receive_data(self, payload: bytes) -> None:
        """Pass data on."""
        if not self.close_sent:
            self._peer.send(encode_data(self.channel, payload))

    def receive_control(self, command: str, message: JsonObject) -> None:
        """Pass a control message on."""
        if command == "close":
            self._close(message)
        else:
            self._peer.send(encode_control(message))

    def end(self, problem: Problem | None = None) -> None:
        """Ask the peer to close the channel; the peer's own `close` is the end of it."""
        members = problem.as_close() if problem else {}
        self._close({"command": "close", "channel": self.channel} | members)

    def forget(self) -> None:
        """The channel is closed."""
        if self._timer is not None:
            self._timer.cancel()

    def _close(self, message: JsonObject) -> None:
        if self.close_sent:
            return
        loop = asyncio.get_running_loop()
        self.close_sent = loop.time()
        self._timer = loop.call_later(CLOSE_PATIENCE, self._peer.close_unanswered, self)
        self._peer.send(encode_control(message))
