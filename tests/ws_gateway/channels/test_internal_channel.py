import asyncio
from typing import Any

import pytest

from bridge.protocol import Control, Data, Problem
from ws_gateway.channels.internal_channel import InternalChannel
from ws_gateway.relay.session import Session


@pytest.fixture
async def session(browser: Any) -> Session:
    return next(iter(browser.gateway.sessions))


async def test_a_conversation(session: Session) -> None:
    channel = InternalChannel(session, {"payload": "stream", "spawn": ["head", "-c", "3000000", "/dev/zero"]})
    assert channel.name.startswith("0:")
    first = await channel.receive()
    assert isinstance(first, Control)
    assert first.command == "ready"
    size = 0
    # More than the flow control's window: what is read is acknowledged.
    while (event := await channel.receive()) is not None:
        assert isinstance(event, Data)
        size += len(event.payload)
    assert size == 3_000_000
    channel.close()
    assert not session.owners
    assert not session.endpoints


async def test_a_problem_is_raised(session: Session) -> None:
    channel = InternalChannel(session, {"payload": "nonsense"})
    with pytest.raises(Problem, match="not-supported"):
        await channel.receive()
    channel.close()


async def test_closing_wakes_the_reader_and_tells_the_bridge(session: Session) -> None:
    channel = InternalChannel(session, {"payload": "stream", "spawn": ["sleep", "60"]})
    await channel.receive()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(_outcome(channel))
        await asyncio.sleep(0)
        channel.close()
    assert reading.result() == "cancelled"


async def test_the_sessions_end_wakes_the_reader(browser: Any, session: Session) -> None:
    channel = InternalChannel(session, {"payload": "stream", "spawn": ["sleep", "60"]})
    await channel.receive()
    browser.gateway.sessions.end(session, "test")
    assert await _outcome(channel) == "terminated"
    channel.close()


async def _outcome(channel: InternalChannel) -> str:
    try:
        return str(await channel.receive())
    except Problem as problem:
        return problem.code
