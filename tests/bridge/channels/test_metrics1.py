"""`metrics1` on the wire, of this machine."""

import asyncio
import json
import time
from typing import Any

import pytest

from bridge.channel import SEND_WINDOW
from bridge.metrics.sample import Sample
from bridge.metrics.table import METRICS, Metric
from bridge.protocol import Control
from bridge.testing import Wire


def start(wire: Wire, *metrics: Any, **options: Any) -> None:
    wanted = [{"name": metric} if isinstance(metric, str) else metric for metric in metrics]
    wire.open("c", "metrics1", **({"source": "internal", "interval": 20, "metrics": wanted} | options))


async def message(wire: Wire) -> Any:
    return json.loads(await wire.data("c"))


async def row(wire: Wire) -> list[Any]:
    """The next row, whatever descriptions come before it."""
    while isinstance(found := await message(wire), dict):
        pass
    (only,) = found
    assert isinstance(only, list)
    return only


async def test_the_description_comes_first(wire: Wire) -> None:
    start(wire, {"name": "cpu.core.user", "derive": "rate"}, "memory.used", interval=100)
    await wire.expect("ready", "c")
    meta = await message(wire)
    assert (meta["source"], meta["interval"]) == ("internal", 100)
    assert abs(meta["timestamp"] - time.time() * 1000) < 10_000
    assert abs(meta["now"] - time.time() * 1000) < 10_000
    cores = meta["metrics"][0].pop("instances")
    assert "0" in cores
    assert meta["metrics"] == [
        {"name": "cpu.core.user", "units": "millisec", "semantics": "counter", "derive": "rate"},
        {"name": "memory.used", "units": "bytes", "semantics": "instant"},
    ]
    users, used = (await message(wire))[0]
    assert users == [False] * len(cores)
    assert type(used) is int
    assert used > 1_000_000
    users, used = await row(wire)
    assert all(type(user) is float and user >= 0 for user in users)


async def test_a_counter_counts(wire: Wire) -> None:
    start(wire, "cpu.basic.user", {"name": "cpu.basic.user", "derive": "delta"})
    await wire.expect("ready", "c")
    (before, delta) = await row(wire)
    assert delta is False
    (after, delta) = await row(wire)
    assert delta == pytest.approx(after - before)


async def test_every_metric_of_the_table_is_sampled(wire: Wire) -> None:
    start(wire, *METRICS, interval=200)
    await wire.expect("ready", "c")
    meta = await message(wire)
    values = await row(wire)
    assert [metric["name"] for metric in meta["metrics"]] == list(METRICS)
    for metric, value in zip(meta["metrics"], values, strict=True):
        if METRICS[metric["name"]].instanced:
            assert len(value) == len(metric["instances"])
        else:
            assert type(value) in (int, float)


async def test_only_the_instances_that_are_wanted(wire: Wire) -> None:
    start(wire, "network.interface.rx", instances=["lo", "absent"])
    await wire.expect("ready", "c")
    assert (await message(wire))["metrics"][0]["instances"] == ["lo"]
    assert len((await row(wire))[0]) == 1
    wire.control("close", "c")
    await wire.until("close", "c")
    start(wire, "network.interface.rx", **{"omit-instances": ["lo"]})
    await wire.expect("ready", "c")
    assert "lo" not in (await message(wire))["metrics"][0]["instances"]


async def test_it_ends_when_the_client_is_done(wire: Wire) -> None:
    start(wire, "memory.free", interval=100_000)
    await wire.expect("ready", "c")
    await row(wire)
    wire.control("done", "c")
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_data_is_not_taken(wire: Wire) -> None:
    start(wire, "memory.free")
    await wire.expect("ready", "c")
    wire.send("c", b"x")
    _, close = await wire.until("close", "c")
    assert close["problem"] == "protocol-error"


@pytest.mark.parametrize(
    ("options", "problem", "text"),
    [
        ({"interval": 0}, "protocol-error", 'invalid "interval" value: 0'),
        ({"interval": -1}, "protocol-error", 'invalid "interval" value: -1'),
        ({"interval": "1"}, "protocol-error", 'invalid "interval" value: 1'),
        ({"interval": True}, "protocol-error", 'invalid "interval" value: True'),
        ({"interval": 10**30}, "protocol-error", 'invalid "interval" value: 1000'),
        ({"metrics": []}, "protocol-error", 'invalid "metrics" option was specified (not an array)'),
        ({"metrics": None}, "protocol-error", 'invalid "metrics" option was specified (not an array)'),
        ({"metrics": "memory.free"}, "protocol-error", 'invalid "metrics" option was specified (not an array)'),
        ({"metrics": ["memory.free"]}, "protocol-error", "no name in metrics[0]"),
        ({"metrics": [{"name": 5}]}, "protocol-error", "no name in metrics[0]"),
        ({"metrics": [{"name": "memory.free"}] * 300}, "protocol-error", "more than 256"),
        ({"metrics": [{"name": "memory.free", "derive": "x"}]}, "protocol-error", 'invalid "derive" value'),
        ({"metrics": [{"name": "memory.free", "derive": []}]}, "protocol-error", 'invalid "derive" value'),
        ({"metrics": [{"name": "nope"}]}, "not-supported", "unsupported metric: nope"),
        (
            {"metrics": [{"name": "memory.free", "units": "count"}]},
            "not-supported",
            "memory.free has units bytes, not count",
        ),
        ({"instances": ["a"], "omit-instances": ["b"]}, "protocol-error", "cannot specify both"),
        ({"instances": "a"}, "protocol-error", "attribute 'instances': must have type array"),
        ({"source": "pcp-archive"}, "not-supported", "'pcp-archive' is not supported"),
        ({"source": "direct"}, "not-supported", "'direct' is not supported"),
        ({"source": "/var/log/pcp"}, "not-supported", "'/var/log/pcp' is not supported"),
        ({"source": None}, "not-supported", "attribute 'source'"),
    ],
)
async def test_wrong_options_say_what_is_wrong(wire: Wire, options: dict[str, Any], problem: str, text: str) -> None:
    start(wire, "memory.free", **options)
    assert text in (await wire.expect("close", "c", problem=problem))["message"]


class Counting:
    """A source that tells what it is asked."""

    def __init__(self, instances: int = 1, busy: float = 0.0) -> None:
        self.asked: list[float] = []
        self.instances = instances
        self.busy = busy

    async def __call__(self) -> Sample:
        self.asked.append(time.monotonic())
        await asyncio.sleep(self.busy)
        return Sample({"t": {str(number): len(self.asked) for number in range(self.instances)}})


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    source = Counting()
    monkeypatch.setitem(METRICS, "t", Metric("count", "counter", True, source))
    return source


async def test_a_source_is_read_once_a_tick(wire: Wire, counting: Counting) -> None:
    start(wire, *["t"] * 10)
    await wire.expect("ready", "c")
    for tick in range(1, 5):
        assert await row(wire) == [[tick]] * 10


async def test_a_description_comes_when_instances_change(wire: Wire, counting: Counting) -> None:
    start(wire, "t")
    await wire.expect("ready", "c")
    assert (await message(wire))["metrics"][0]["instances"] == ["0"]
    counting.instances = 2
    while isinstance(found := await message(wire), list) or len(found["metrics"][0]["instances"]) == 1:
        assert isinstance(found, dict) or len(found[0][0]) == 1
    assert found["metrics"][0]["instances"] == ["0", "1"]
    assert len((await row(wire))[0]) == 2


async def test_ticks_do_not_drift(wire: Wire, counting: Counting) -> None:
    counting.busy = 0.02
    start(wire, "t", interval=50)
    await wire.expect("ready", "c")
    for _ in range(11):
        await row(wire)
    took = counting.asked[10] - counting.asked[0]
    # A tick that only waited for its interval after the work would be at 0.7 by now.
    assert (took + 0.01) % 0.05 < 0.04
    assert took > 0.49


async def test_a_tick_that_is_missed_is_told_by_a_description(wire: Wire, counting: Counting) -> None:
    counting.busy = 0.12
    start(wire, "t", interval=50)
    await wire.expect("ready", "c")
    first = await message(wire)
    await message(wire)
    second = await message(wire)
    assert second["timestamp"] - first["timestamp"] >= 145
    assert isinstance(await message(wire), list)


async def test_a_client_that_reads_nothing_is_sent_one_window(wire: Wire, counting: Counting) -> None:
    counting.instances = 4000
    start(wire, *["t"] * 50, interval=1, **{"flow-control": True})
    await wire.expect("ready", "c")
    received = 0
    while received < SEND_WINDOW:
        event = await wire.next("c")
        received += 0 if isinstance(event, Control) else len(event.payload)
    await wire.expect("ping", "c")
    asked = len(counting.asked)
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    assert wire.is_quiet("c")
    assert len(counting.asked) <= asked + 1
    wire.control("close", "c")
