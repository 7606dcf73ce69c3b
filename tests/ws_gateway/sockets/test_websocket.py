import asyncio
import base64
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ws_gateway.sockets import keepalive


def rss() -> int:
    """Bytes of memory that this process, the gateway in it, holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_the_greeting(browser: Any) -> None:
    first = await browser.socket()
    second = await browser.socket()
    greeting = await first.init()
    assert greeting == {
        "command": "init",
        "version": 1,
        "channel-seed": "1:",
        "host": "localhost",
        "csrf-token": browser.token,
        "capabilities": ["multi", "credentials", "binary", "websocket-channel-close-fix"],
        "system": {"version": browser.gateway.version},
    }
    assert (await second.init())["channel-seed"] == "2:"
    assert first.connection.selected_subprotocol == "cockpit1"


async def test_without_a_session_it_says_so_and_closes(start: Any) -> None:
    browser = await start()
    socket = await browser.socket()
    assert await socket.receive() == {"command": "init", "problem": "no-session"}
    assert await socket.receive() == (1001, "no-session")


async def test_an_echo(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="open", channel="1:1", payload="echo")
    assert await socket.receive() == {"command": "ready", "channel": "1:1"}
    await socket.data("1:1", "grüß dich")
    assert await socket.receive() == "1:1\ngrüß dich"
    await socket.raw(b"1:1\nas binary", binary=True)
    assert await socket.receive() == "1:1\nas binary"
    await socket.control(command="done", channel="1:1")
    assert await socket.receive() == {"command": "done", "channel": "1:1"}
    assert await socket.receive() == {"command": "close", "channel": "1:1"}


async def test_a_name_may_be_used_again_at_once(browser: Any) -> None:
    """Also while the bridge still ends what had it before, a program here that takes its time."""
    socket = await browser.socket()
    await socket.init()
    spawn = ["sh", "-c", "trap 'sleep 0.3; exit' TERM; echo there; while :; do sleep 0.05; done"]
    await socket.control(command="open", channel="1:1", payload="stream", spawn=spawn)
    while await socket.receive() != "1:1\nthere\n":
        pass
    await socket.control(command="close", channel="1:1")
    await socket.control(command="open", channel="1:1", payload="echo")
    await socket.data("1:1", "hello")
    assert await socket.receive() == {"command": "ready", "channel": "1:1"}
    assert await socket.receive() == "1:1\nhello"


async def test_a_password_that_a_page_gives_is_kept_for_the_bridge_alone(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="authorize", cookie="x", response="Basic " + base64.b64encode(b"anna:secret").decode())
    await socket.control(command="ping", after="that")
    assert await socket.receive() == {"command": "pong", "after": "that"}
    (session,) = browser.gateway.sessions
    assert session.login.password.answer("plain1:" + b"anna".hex()) == "secret"
    assert session.login.password.answer("plain1:" + b"anna".hex()) == ""


async def test_binary_channels_answer_in_binary(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="open", channel="1:1", payload="echo", binary="raw")
    await socket.receive()
    await socket.raw(b"1:1\n\xff\x00", binary=True)
    assert await socket.receive() == b"1:1\n\xff\x00"
    await socket.data("1:1", "as text")
    assert await socket.receive() == b"1:1\nas text"


async def test_a_ping_without_channel(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="ping", number=5)
    assert await socket.receive() == {"command": "pong", "number": 5}


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("\nnot json", "protocol-error"),
        ('\n{"command":"open"}', "protocol-error"),
        ('\n{"command":"init","version":2}', "not-supported"),
    ],
)
async def test_a_fatal_message_ends_this_socket_alone(browser: Any, message: str, problem: str) -> None:
    bad, good = await browser.socket(), await browser.socket()
    await bad.init()
    await good.init()
    await bad.raw(message)
    assert await bad.receive() == {"command": "close", "problem": problem}
    assert await bad.receive() == (1011, problem)
    assert await good.echo_works("2:1")


async def test_a_message_without_a_line_is_ignored(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    await socket.raw("nothing")
    assert await socket.echo_works("1:1")


@pytest.mark.parametrize("kind", ["one", "fragments"])
async def test_a_message_that_is_too_large_ends_the_socket(browser: Any, kind: str) -> None:
    socket, other = await browser.socket(), await browser.socket()
    await socket.init()
    await other.init()
    if kind == "one":
        await socket.raw("x" * (256 * 1024 + 1))
    else:
        protocol = socket.connection.protocol
        await protocol._write_frame(False, 1, b"x" * 200_000)
        await protocol._write_frame(True, 0, b"x" * 200_000)
    assert (await socket.receive())[0] in (1009, None)
    assert await other.echo_works("2:1")


async def test_closing_a_socket_closes_its_channels_at_the_bridge(browser: Any, tmp_path: Path) -> None:
    socket, other = await browser.socket(), await browser.socket()
    await socket.init()
    await other.init()
    await socket.control(command="open", channel="1:1", payload="stream", spawn=["sleep", "60"])
    ready = await socket.receive()
    socket.connection.close()
    async with asyncio.timeout(5):
        while Path(f"/proc/{ready['pid']}").exists():
            await asyncio.sleep(0.02)
    session = next(iter(browser.gateway.sessions))
    assert not session.owners
    assert await other.echo_works("2:1")


async def test_one_socket_cannot_touch_the_channels_of_another(browser: Any) -> None:
    mine, yours = await browser.socket(), await browser.socket()
    await mine.init()
    await yours.init()
    await yours.control(command="open", channel="2:1", payload="echo")
    assert (await yours.receive())["command"] == "ready"
    await mine.data("2:1", "not from you")
    await mine.control(command="close", channel="2:1")
    assert await mine.echo_works("1:1")
    await yours.data("2:1", "from me")
    assert await yours.receive() == "2:1\nfrom me"


async def test_logout_ends_the_session(browser: Any, gone: Callable[[int], Awaitable[None]]) -> None:
    first, second = await browser.socket(), await browser.socket()
    await first.init()
    await second.init()
    pid = next(iter(browser.gateway.sessions)).bridge.pid
    await first.control(command="logout")
    assert await first.receive() == (1001, "terminated")
    assert await second.receive() == (1001, "terminated")
    assert (await browser.fetch("/cockpit/login")).code == 401
    await gone(pid)


async def test_the_bridges_end_ends_the_sockets(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    next(iter(browser.gateway.sessions)).bridge.kill()
    assert await socket.receive() == (1001, "terminated")
    assert (await browser.fetch("/cockpit/login")).code == 401


async def test_the_session_outlives_its_last_socket(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    socket.connection.close()
    again = await browser.socket()
    await again.init()
    assert await again.echo_works("2:1")


async def test_it_pings(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepalive, "PULSE", 0.02)
    browser.gateway.tasks.start(browser.gateway.keepalive.run(), "fast pings")
    socket = await browser.socket()
    await socket.receive()
    async with asyncio.timeout(5):
        while "ping" not in str(await socket.connection.read_message()):
            pass


async def test_text_that_is_not_utf8_costs_its_channel_alone(
    start: Any, faulty: Callable[[str], tuple[str, ...]]
) -> None:
    browser = await (await start(bridge=faulty("talks"))).log_in()
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="open", channel="1:1", payload="text")
    closed = await socket.receive()
    assert (closed["command"], closed["channel"], closed["problem"]) == ("close", "1:1", "protocol-error")
    await socket.control(command="open", channel="1:2", payload="other")
    assert (await socket.receive()).startswith("1:2\n")


async def test_a_bridge_that_does_not_read_slows_its_page_and_is_no_burden(
    start: Any, faulty: Callable[[str], tuple[str, ...]]
) -> None:
    browser = await (await start(bridge=faulty("deaf"))).log_in()
    socket = await browser.socket()
    await socket.init()
    before = rss()
    sending = asyncio.gather(*(socket.data("1:1", "x" * 65536) for _ in range(200)))
    done, _ = await asyncio.wait([sending], timeout=1)
    assert not done
    assert (await browser.fetch("/ping")).code == 200
    assert rss() - before < 40 * 1024 * 1024
    await browser.gateway.stop()
    sending.cancel()
    await asyncio.wait([sending])
