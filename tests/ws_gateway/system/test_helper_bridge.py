"""The gateway's side of the dialogue, with a helper that is a script of this test, and with Cockpit's own."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol import Deframer, Problem, frame
from ws_gateway.system.helper_bridge import HelperBridge, Init, Question

COCKPITS = Path("/usr/lib/cockpit/cockpit-session")
Play = Callable[..., Awaitable[HelperBridge]]


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """`await play(*messages)`: a helper that says one of these after each message it hears, the first at once."""
    heard: list[bytes] = []
    servers: list[asyncio.Server] = []
    bridges: list[HelperBridge] = []

    async def begin(*messages: Any) -> HelperBridge:
        async def helper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            deframer = Deframer()
            for message in messages:
                content = message if isinstance(message, bytes) else b"\n" + json.dumps(message, indent=2).encode()
                writer.write(frame(content))
                while chunk := await reader.read(65536):
                    if found := deframer.feed(chunk):
                        heard.extend(found)
                        break
            writer.close()

        servers.append(await asyncio.start_unix_server(helper, tmp_path / "session"))
        bridges.append(await HelperBridge.connect(tmp_path / "session"))
        bridges[-1].heard = heard  # type: ignore[attr-defined]
        return bridges[-1]

    yield begin
    for bridge in bridges:
        bridge.kill()
    for server in servers:
        server.close()
        await server.wait_closed()


ASK = {"command": "authorize", "cookie": "c1", "challenge": "*"}


def question(text: str, **more: object) -> dict[str, object]:
    prompt = base64.b64encode(text.encode()).decode()
    return {"command": "authorize", "cookie": "c2", "challenge": f"X-Conversation 77 {prompt}", **more}


async def test_what_cockpits_helper_hears_is_what_it_can_read(play: Play) -> None:
    bridge = await play(ASK, question("Code: ", message="Hi", echo=True), {"command": "init", "version": 1})
    assert await bridge.log_in("YTpi", "192.0.2.1") == Question("Code: ", "Hi", "", True)
    assert await bridge.answer("MTIz") == Init({"command": "init", "version": 1}, [])
    heard: list[bytes] = bridge.heard  # type: ignore[attr-defined]
    assert heard == [
        b'\n{"command":"authorize","cookie":"c1","response":"Basic YTpi","remote-peer":"192.0.2.1"}',
        b'\n{"command":"authorize","cookie":"c2","response":"X-Conversation 77 MTIz"}',
    ]
    await bridge.stop()


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ((), "terminated"),
        ((b"channel\ndata",), "protocol-error"),
        ((b"\nnonsense",), "protocol-error"),
        (({"command": "authorize", "cookie": 5, "challenge": "*"},), "protocol-error"),
        (({"command": "authorize", "cookie": "c", "challenge": "plain1:00"},), "protocol-error"),
        ((ASK, {"command": "authorize", "cookie": "c", "challenge": "Negotiate"}), "not-supported"),
        ((ASK, {"command": "authorize", "cookie": "c", "challenge": "X-Conversation"}), "not-supported"),
        ((ASK, {"command": "authorize", "cookie": "c", "challenge": "X-Conversation 1 !"}), "protocol-error"),
        ((ASK,), "terminated"),
    ],
)
async def test_a_helper_that_says_something_else(play: Play, messages: tuple[Any, ...], code: str) -> None:
    bridge = await play(*messages)
    with pytest.raises(Problem) as caught:
        await bridge.log_in("YTpi", "")
    assert caught.value.code == code


@pytest.mark.skipif(not COCKPITS.exists(), reason="cockpit-session is not installed")
@pytest.mark.parametrize(("password", "problem"), [("S3cr3t-anna-7291", None), ("guess", "authentication-failed")])
async def test_cockpits_helper_in_place_of_ours(corner: Any, password: str, problem: str | None) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        argv = corner.namespace.enter([str(COCKPITS), "localhost"])
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=asyncio.subprocess.DEVNULL
        )
    bridge = HelperBridge(*await asyncio.open_connection(sock=ours))
    try:
        # Older ones of Cockpit's take what follows the response for a part of it.
        outcome = await bridge.log_in(base64.b64encode(f"anna:{password}".encode()).decode(), "")
        assert isinstance(outcome, Init)
        assert outcome.message.get("problem") == problem
    finally:
        await bridge.stop()
        await asyncio.wait_for(process.wait(), 10)


async def test_odd_texts_are_still_texts(play: Play) -> None:
    bridge = await play(ASK, question("a\x00\x1b[31m\r\n", message=5, error="\ud800", echo="yes"))
    assert await bridge.log_in("YTpi", "") == Question("a\x00\x1b[31m\r\n", "", "?", False)


async def test_no_monitor(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="internal-error"):
        await HelperBridge.connect(tmp_path / "nothing")
