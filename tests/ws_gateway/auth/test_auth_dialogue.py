"""The dialogue of a login, with a helper that is a script of this test, and with Cockpit's own."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol import Deframer, Problem, frame
from ws_gateway.auth.auth_dialogue import TOKEN_MAX, AuthDialogue, Init, Question, Token
from ws_gateway.system.helper_bridge import HelperBridge

COCKPITS = Path("/usr/lib/cockpit/cockpit-session")
Play = Callable[..., Awaitable[AuthDialogue]]


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """`await play(*messages)`: a helper that says one of these after each message it hears, the first at once."""
    heard: list[bytes] = []
    servers: list[asyncio.Server] = []
    bridges: list[HelperBridge] = []

    async def begin(*messages: Any) -> AuthDialogue:
        async def helper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            deframer = Deframer()
            for turn in messages:
                for message in turn if isinstance(turn, list) else [turn]:
                    content = message if isinstance(message, bytes) else b"\n" + json.dumps(message, indent=2).encode()
                    writer.write(frame(content))
                while chunk := await reader.read(65536):
                    if found := deframer.feed(chunk):
                        heard.extend(found)
                        break
            writer.close()

        servers.append(await asyncio.start_unix_server(helper, tmp_path / "session"))
        bridges.append(await HelperBridge.connect(tmp_path / "session"))
        dialogue = AuthDialogue(bridges[-1])
        dialogue.heard = heard  # type: ignore[attr-defined]
        return dialogue

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
    dialogue = await play(ASK, question("Code: ", message="Hi", echo=True), {"command": "init", "version": 1})
    assert await dialogue.begin("Basic YTpi", "192.0.2.1") == Question("Code: ", {"message": "Hi"}, True)
    assert await dialogue.answer("MTIz") == Init({"command": "init", "version": 1}, [])
    heard: list[bytes] = dialogue.heard  # type: ignore[attr-defined]
    assert heard == [
        b'\n{"command":"authorize","cookie":"c1","response":"Basic YTpi","remote-peer":"192.0.2.1"}',
        b'\n{"command":"authorize","cookie":"c2","response":"X-Conversation 77 MTIz"}',
    ]


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ((), "terminated"),
        ((b"channel\ndata",), "protocol-error"),
        ((b"\nnonsense",), "protocol-error"),
        (({"command": "authorize", "cookie": 5, "challenge": "*"},), "protocol-error"),
        (({"command": "authorize", "cookie": "c", "challenge": "plain1:00"},), "protocol-error"),
        ((ASK, *[{"command": "authorize", "cookie": "c", "challenge": "x-host-key"}] * 17), "protocol-error"),
        ((ASK, {"command": "authorize", "cookie": "c", "challenge": "Negotiate"}), "authentication-not-supported"),
        ((ASK, {"command": "authorize", "cookie": "c", "challenge": "X-Conversation"}), "protocol-error"),
        ((ASK, {"command": "authorize", "cookie": "c", "challenge": "X-Conversation 1 !"}), "protocol-error"),
        ((ASK,), "terminated"),
    ],
)
async def test_a_helper_that_says_something_else(play: Play, messages: tuple[Any, ...], code: str) -> None:
    dialogue = await play(*messages)
    with pytest.raises(Problem) as caught:
        await dialogue.begin("Basic YTpi", "")
    assert caught.value.code == code


async def test_a_ticket_in_two_steps(play: Play) -> None:
    """Whose it is, whoever checks it may say."""
    more = {"command": "authorize", "cookie": "c2", "challenge": "Negotiate YWJj"}
    told = {"command": "authorize", "challenge": "x-login-data", "login-data": {}, "user": "anna"}
    dialogue = await play(ASK, more, [told, {"command": "init", "version": 1}])
    assert await dialogue.begin("Negotiate eA==", "") == Token("YWJj")
    assert await dialogue.go_on("eQ==") == Init({"command": "init", "version": 1}, [])
    assert (dialogue.user, dialogue.login_data) == ("anna", {})
    heard: list[bytes] = dialogue.heard  # type: ignore[attr-defined]
    assert heard[1:] == [b'\n{"command":"authorize","cookie":"c2","response":"Negotiate eQ=="}']


@pytest.mark.parametrize("token", ["!", "a b", "A" * (TOKEN_MAX + 4)])
async def test_what_is_no_token(play: Play, token: str) -> None:
    dialogue = await play(ASK, {"command": "authorize", "cookie": "c2", "challenge": f"Negotiate {token}"})
    with pytest.raises(Problem, match="authentication-not-supported"):
        await dialogue.begin("Negotiate eA==", "")


@pytest.mark.skipif(not COCKPITS.exists(), reason="cockpit-session is not installed")
@pytest.mark.parametrize(("password", "problem"), [("S3cr3t-anna-7291", None), ("guess", "authentication-failed")])
async def test_cockpits_helper_in_place_of_ours(corner: Any, password: str, problem: str | None) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        argv = corner.namespace.enter([str(COCKPITS), "localhost"])
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=asyncio.subprocess.DEVNULL
        )
    _, bridge = await asyncio.get_running_loop().create_connection(HelperBridge, sock=ours)
    try:
        # Older ones of Cockpit's take what follows the response for a part of it.
        credentials = base64.b64encode(f"anna:{password}".encode()).decode()
        outcome = await AuthDialogue(bridge).begin(f"Basic {credentials}", "")
        assert isinstance(outcome, Init)
        assert outcome.message.get("problem") == problem
    finally:
        await bridge.stop()
        await asyncio.wait_for(process.wait(), 10)


async def test_odd_texts_are_still_texts(play: Play) -> None:
    dialogue = await play(ASK, question("a\x00\x1b[31m\r\n", message=5, error="\ud800", echo="yes"))
    assert await dialogue.begin("Basic YTpi", "") == Question("a\x00\x1b[31m\r\n", {"error": "?"}, False)


async def test_what_needs_no_person(play: Play) -> None:
    """Data for the page, which wants no answer, and Cockpit's question for a key, which has an empty one."""
    data = {"command": "authorize", "challenge": "x-login-data", "login-data": {"a": 1}}
    key = {"command": "authorize", "cookie": "c3", "challenge": "x-host-key"}
    dialogue = await play(ASK, [data, key], {"command": "init", "version": 1})
    assert await dialogue.begin("Bearer x", "") == Init({"command": "init", "version": 1}, [])
    assert dialogue.login_data == {"a": 1}
    heard: list[bytes] = dialogue.heard  # type: ignore[attr-defined]
    assert heard[1:] == [b'\n{"command":"authorize","cookie":"c3","response":""}']
