"""Figures in the text format of Prometheus."""

import asyncio
import re
import time
from typing import Any

from ws_gateway.metrics import Metrics
from ws_gateway.relay.sessions import Sessions

LINE = re.compile(r"# (HELP|TYPE) pilothouse_\w+ .+|pilothouse_\w+(\{\w+=\"[\w-]+\"\})? [0-9.]+")


def value(text: str, name: str) -> float:
    return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(name)))


async def test_what_is_counted(browser: Any) -> None:
    metrics, sessions = browser.gateway.metrics, browser.gateway.sessions
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="open", channel="1:1", payload="echo")
    await socket.data("1:1", "x" * 1000)
    await socket.until(lambda received: isinstance(received, str))
    text = metrics.text(sessions, len(browser.gateway.sockets))
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []
    figures = {name: value(text, f"pilothouse_{name} ") for name in ("sessions", "sockets", "channels")}
    assert figures == {"sessions": 1, "sockets": 1, "channels": 1}
    assert value(text, 'pilothouse_logins_total{result="ok"}') == 1
    for direction in ("to", "from"):
        assert 1000 < value(text, f'pilothouse_bytes_total{{direction="{direction}_bridges"}}') < 20_000
    sessions.end(next(iter(sessions)), "test")
    after = metrics.text(sessions, 0)
    assert value(after, "pilothouse_sessions ") == 0
    assert value(after, 'pilothouse_bytes_total{direction="to_bridges"}') > 1000, "a counter never falls"


def test_nobody_can_make_names() -> None:
    metrics = Metrics()
    for problem in ("timeout", 'x"} 1\n', "made-up"):
        metrics.count_login(problem)
    text = metrics.text(Sessions(), 0)
    assert value(text, 'pilothouse_logins_total{result="timeout"}') == 1
    assert value(text, 'pilothouse_logins_total{result="other"}') == 2


async def test_the_event_loops_lag() -> None:
    metrics = Metrics()
    watching = asyncio.get_running_loop().create_task(metrics.watch_loop())
    await asyncio.sleep(0)
    time.sleep(0.8)  # noqa: ASYNC251, TID251 - it is what is measured
    async with asyncio.timeout(5):
        while value(metrics.text(Sessions(), 0), "pilothouse_event_loop_lag_seconds ") < 0.2:
            await asyncio.sleep(0.01)
    watching.cancel()
