import json
from pathlib import Path
from typing import Any

from bridge.protocol import Control, Data, Event, decode
from ws_gateway.relay.bridge_process import BridgeCommand, BridgeProcess
from ws_gateway.relay.session import Session
from ws_gateway.settings import OUR_BRIDGE


class Listener:
    """An endpoint that remembers."""

    congested = False

    def __init__(self) -> None:
        self.heard: list[Event | str] = []
        self.pushes = 0

    def deliver(self, channel: str, control: Control | None, message: bytes) -> None:
        self.heard.append(control or decode(message))

    def push(self) -> None:
        self.pushes += 1

    async def settle(self) -> None:
        raise AssertionError("never congested")

    def end(self, problem: str) -> None:
        self.heard.append(problem)


def control(**members: Any) -> bytes:
    return b"\n" + json.dumps(members).encode()


async def test_each_endpoint_hears_its_own_channels() -> None:
    bridge = await BridgeProcess.start(BridgeCommand(OUR_BRIDGE, {}, Path("/")))
    session = Session(1, bridge, {})
    one, two = Listener(), Listener()
    session.endpoints |= {one, two}
    session.owners |= {"1:1": one, "2:1": two}
    wait = session._hand_on(
        [
            b"1:1\na",
            b"2:1\nb",
            b"3:1\nnobody's",
            b"\nnot json",
            control(command="close", channel="1:1"),
            b"1:1\nafter the close",
        ]
    )
    assert wait is None
    assert (one.pushes, two.pushes) == (1, 1)
    session.disconnect("terminated")
    assert one.heard == [
        Data("1:1", b"a"),
        Control("close", "1:1", {"command": "close", "channel": "1:1"}),
        "terminated",
    ]
    assert two.heard == [Data("2:1", b"b"), "terminated"]
    assert not session.owners
    await bridge.stop()


async def test_names_are_given_once() -> None:
    bridge = await BridgeProcess.start(BridgeCommand(OUR_BRIDGE, {}, Path("/")))
    session = Session(1, bridge, {"checksum": "abc"})
    assert [session.next_seed(), session.next_seed()] == ["1:", "2:"]
    assert [session.next_internal(), session.next_internal()] == ["0:1", "0:2"]
    assert session.checksums == {"abc": "localhost"}
    await bridge.stop()
