import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bridge.protocol import Problem
from ws_gateway.relay.bridge_process import BridgeCommand
from ws_gateway.relay.sessions import Sessions
from ws_gateway.settings import OUR_BRIDGE

Faulty = Callable[[str], tuple[str, ...]]
REAL = BridgeCommand(OUR_BRIDGE, {}, Path("/"))


async def test_a_session_is_found_by_its_cookie_alone() -> None:
    sessions = Sessions()
    session, cookie = await sessions.open(REAL)
    assert sessions.find(cookie) is session
    assert sessions.find(None) is None
    assert sessions.find("x" * 43) is None
    assert cookie.encode() not in repr(vars(sessions)).encode()
    await sessions.stop()
    assert sessions.find(cookie) is None


async def test_there_is_room_for_so_many() -> None:
    sessions = Sessions(limit=1)
    session, _ = await sessions.open(REAL)
    with pytest.raises(Problem, match="too-many-sessions"):
        await sessions.open(REAL)
    sessions.end(session, "test")
    async with asyncio.timeout(10):
        while True:
            try:
                await sessions.open(REAL)
                break
            except Problem:
                await asyncio.sleep(0.02)
    await sessions.stop()


async def test_a_bridge_that_cannot_be_started_takes_no_room() -> None:
    sessions = Sessions(limit=1)
    for _ in range(2):
        with pytest.raises(Problem, match="no-cockpit"):
            await sessions.open(BridgeCommand(("/nonexistent",), {}, Path("/")))
    await sessions.stop()


async def test_a_silent_bridge_has_its_time(faulty: Faulty, gone: Callable[[int], Awaitable[None]]) -> None:
    sessions = Sessions(init_timeout=0.3)
    with pytest.raises(Problem, match="timeout"):
        await sessions.open(BridgeCommand(faulty("silent"), {}, Path("/")))
    await sessions.stop()


async def test_a_stop_ends_a_login_that_is_under_way(faulty: Faulty) -> None:
    sessions = Sessions()
    async with asyncio.TaskGroup() as group:
        opening = group.create_task(_outcome(sessions, BridgeCommand(faulty("silent"), {}, Path("/"))))
        await asyncio.sleep(0.2)
        group.create_task(sessions.stop())
    assert opening.result() == "terminated"
    assert await _outcome(sessions, REAL) == "too-many-sessions"


async def _outcome(sessions: Sessions, command: BridgeCommand) -> str:
    try:
        await sessions.open(command)
    except Problem as problem:
        return problem.code
    return "open"


async def test_a_stubborn_bridge_and_its_child_are_killed_in_time(
    faulty: Faulty, gone: Callable[[int], Awaitable[None]]
) -> None:
    sessions = Sessions()
    session, _ = await sessions.open(BridgeCommand(faulty("stubborn"), {}, Path("/")))
    before = asyncio.get_running_loop().time()
    await sessions.stop()
    assert 3.5 < asyncio.get_running_loop().time() - before < 5
    await gone(session.bridge.pid)


async def test_a_kill_makes_it_quick(faulty: Faulty) -> None:
    sessions = Sessions()
    await sessions.open(BridgeCommand(faulty("stubborn"), {}, Path("/")))
    before = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        group.create_task(sessions.stop())
        await asyncio.sleep(0.1)
        sessions.kill()
    assert asyncio.get_running_loop().time() - before < 1


async def test_the_gateways_side_of_the_conversation(faulty: Faulty, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sessions = Sessions()
    await sessions.open(BridgeCommand(faulty("talks"), {}, Path("/")))
    expected = [
        '{"command": "pong", "number": 7}',
        '{"command": "authorize", "cookie": "c", "response": ""}',
    ]
    async with asyncio.timeout(10):
        while not all(f"got {line}" in caplog.text for line in expected):
            await asyncio.sleep(0.02)
    await sessions.stop()
