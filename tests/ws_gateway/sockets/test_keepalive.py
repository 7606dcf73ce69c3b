import asyncio
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from testbed.raw_web import RawWebSocket
from wsproto.events import CloseConnection

from ws_gateway.sockets import keepalive
from ws_gateway.sockets.keepalive import PARTS, Keepalive


class Member:
    def __init__(self, on_pulse: Callable[[], None] = lambda: None) -> None:
        self.pulses: list[bool] = []
        self._on_pulse = on_pulse

    def pulse(self, asks: bool) -> None:
        self.pulses.append(asks)
        self._on_pulse()


def fail() -> None:
    raise RuntimeError


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepalive, "PULSE", 0.02)


async def run_until(clock: Keepalive, condition: Callable[[], bool]) -> None:
    running = asyncio.ensure_future(clock.run())  # noqa: TID251 - the test owns it
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.usefixtures("fast")
async def test_every_second_time_an_answer_is_wanted() -> None:
    clock, member, gone = Keepalive(), Member(), Member()
    clock.join(member)
    clock.join(gone)
    clock.leave(gone)
    await run_until(clock, lambda: len(member.pulses) >= 4)
    assert member.pulses[:4] == [False, True, False, True]
    assert gone.pulses == []


@pytest.mark.usefixtures("fast")
async def test_who_fails_is_left_out_and_who_leaves_meanwhile_too(caplog: pytest.LogCaptureFixture) -> None:
    clock, second, third = Keepalive(), Member(), Member()
    first = Member(lambda: clock.leave(second))
    for member in (Member(fail), first, second, third):
        clock.join(member)
    await run_until(clock, lambda: len(third.pulses) >= 2)
    assert (len(first.pulses) >= 2, second.pulses) == (True, [])
    assert caplog.messages == ["a socket cannot be kept alive"]


@pytest.mark.usefixtures("fast")
async def test_many_do_not_have_their_turn_at_once() -> None:
    clock, turns = Keepalive(), []
    loop = asyncio.get_running_loop()
    members = [Member(lambda: turns.append(loop.time())) for _ in range(1000)]
    for member in members:
        clock.join(member)
    await run_until(clock, lambda: all(member.pulses for member in members))
    gaps = [after - before for before, after in pairwise(turns[:1000])]
    assert len([gap for gap in gaps if gap > keepalive.PULSE / PARTS / 2]) >= PARTS - 1


async def test_a_socket_that_answers_nothing_is_let_go(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says anything is there."""
    monkeypatch.setattr(keepalive, "PULSE", 0.3)
    browser = await (await start()).log_in()
    port, cookie = browser.gateway.port, f"Cookie: {browser.cookie}"
    over = threading.Event()

    def say_nothing() -> None:
        with RawWebSocket(port, "/cockpit/socket", cookie) as silent:
            heard = b""
            while b"nobody answers" not in heard:
                heard += (chunk := silent.connection.recv(65536))
                assert chunk
            over.set()
            assert b"\x89\x00" in heard, "an answer was wanted"
            assert b"\x88\x10\x03\xe9nobody answers" in heard

    def talk() -> None:
        with RawWebSocket(port, "/cockpit/socket", cookie) as socket:
            for event in socket.events():
                assert not isinstance(event, CloseConnection)
                if over.is_set():
                    return

    await asyncio.gather(asyncio.to_thread(say_nothing), asyncio.to_thread(talk))
