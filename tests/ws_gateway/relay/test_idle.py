import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from ws_gateway.app import Gateway
from ws_gateway.relay.bridge_process import BridgeCommand
from ws_gateway.relay.dispatch import Activity
from ws_gateway.relay.idle import IdleWatch
from ws_gateway.relay.sessions import Sessions
from ws_gateway.serve import listen
from ws_gateway.settings import OUR_BRIDGE, Settings, SystemSettings


async def test_a_session_without_anybody_ends_in_time() -> None:
    sessions = Sessions()
    session, cookie = await sessions.open(BridgeCommand(OUR_BRIDGE, {}, Path("/")))
    now = 100.0
    watch = IdleWatch(sessions, lambda: now, idle_max=15)
    watch.look()
    now += 14
    watch.look()
    page = cast("Any", object())
    session.endpoints.add(page)
    watch.look()
    now += 100
    watch.look()
    session.endpoints.discard(page)
    watch.look()
    now += 14.9
    watch.look()
    assert sessions.find(cookie) is session
    now += 0.2
    watch.look()
    assert sessions.find(cookie) is None
    await sessions.stop()


async def test_a_gateway_in_system_mode_looks_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.relay.idle.IDLE_MAX", 0.1)
    monkeypatch.setattr("ws_gateway.relay.idle.LOOK_EVERY", 0.02)
    settings = Settings(port=0, system=SystemSettings(tmp_path / "session", tls=False))
    gateway = Gateway(settings)
    await gateway.start([listen(settings)])
    _, cookie = await gateway.sessions.open(BridgeCommand(OUR_BRIDGE, {}, Path("/")))
    async with asyncio.timeout(5):
        while gateway.sessions.find(cookie) is not None:
            await asyncio.sleep(0.02)
    await gateway.stop()


class Clock:
    now = 0.0


@pytest.mark.parametrize("told", [False, True])
async def test_nobody_does_anything(monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    """A page's own traffic keeps a session only where no page says when somebody does something."""
    sessions = Sessions()
    session, cookie = await sessions.open(BridgeCommand(OUR_BRIDGE, {}, Path("/")))
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock.now, raising=False)
    session.person_at = session.traffic_at = clock.now
    session.endpoints.add(cast("Any", Page()))
    watch = IdleWatch(sessions, lambda: clock.now, idle_max=15, patience=lambda: 60)
    if told:
        session.note(Activity.PERSON)
    clock.now = 50
    session.note(Activity.TRAFFIC)
    session.note(Activity.NONE)
    clock.now = 68
    watch.look()
    assert sessions.find(cookie) is session
    clock.now = 71
    watch.look()
    assert (sessions.find(cookie) is None) is told
    clock.now = 121
    watch.look()
    monkeypatch.undo()
    assert sessions.find(cookie) is None
    await sessions.stop()


class Page:
    congested = False

    def end(self, problem: str) -> None:
        assert problem == "timeout"
