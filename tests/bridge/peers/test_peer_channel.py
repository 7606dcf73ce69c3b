"""A peer's channel: what is passed on, and the one close."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from bridge.peers import peer_channel
from bridge.peers.peer_channel import PeerChannel
from bridge.protocol import Problem

if TYPE_CHECKING:
    from bridge.peers.peer import Peer


class Recorder:
    """Stands where the peer is, which cannot be had without a process: what was sent, and what was given up."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.unanswered: list[PeerChannel] = []

    def link(self, link: PeerChannel) -> None:
        self.sent.append(b"linked")

    def send(self, message: bytes) -> None:
        self.sent.append(message)

    def close_unanswered(self, link: PeerChannel) -> None:
        self.unanswered.append(link)


def make() -> tuple[Recorder, PeerChannel]:
    recorder = Recorder()
    return recorder, PeerChannel(cast("Peer", cast("Any", recorder)), "c")


async def test_messages_are_passed_on_and_close_once() -> None:
    recorder, channel = make()
    channel.open({"command": "open", "channel": "c"})
    channel.receive_data(b"x")
    channel.receive_control("done", {"command": "done", "channel": "c"})
    channel.receive_control("close", {"command": "close", "channel": "c", "problem": "cancelled"})
    channel.receive_data(b"too late")
    channel.end(Problem("terminated"))
    assert recorder.sent == [
        b"linked",
        b'\n{"command":"open","channel":"c"}',
        b"c\nx",
        b'\n{"command":"done","channel":"c"}',
        b'\n{"command":"close","channel":"c","problem":"cancelled"}',
    ]
    channel.forget()


async def test_a_close_that_is_not_answered_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_channel, "CLOSE_PATIENCE", 0.01)
    recorder, channel = make()
    channel.end()
    answered_recorder, answered = make()
    answered.end()
    answered.forget()
    async with asyncio.timeout(5):
        while not recorder.unanswered:
            await asyncio.sleep(0.005)
    assert recorder.unanswered == [channel]
    assert answered_recorder.unanswered == []
