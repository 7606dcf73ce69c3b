"""`metrics1` of the bridge's own source (reference 2.14)."""

import json
import time
from typing import Any

import pytest
from compat.driver import Peer

Metric = dict[str, Any]


def start(peer: Peer, *metrics: Metric, **options: object) -> dict[str, Any]:
    """Opens a channel: its first description."""
    peer.open("m", "metrics1", source="internal", metrics=list(metrics), **options)
    return next_json(peer)


def next_rows(peer: Peer) -> Any:
    """The next samples; a new description may come first, as after a delay."""
    while isinstance(message := next_json(peer), dict):
        pass
    return message


def next_json(peer: Peer) -> Any:
    """The next message of data; `ready` may come before or after the first one."""
    event = peer.next("m")
    if event[0] == "ready":
        event = peer.next("m")
    assert isinstance(event[0], bytes), event
    return json.loads(event[0])


def test_the_description(peer: Peer) -> None:
    meta = start(peer, {"name": "memory.free"}, {"name": "cpu.basic.user", "derive": "rate"}, interval=500)
    assert (meta["source"], meta["interval"]) == ("internal", 500)
    assert meta["timestamp"] / 1000 == pytest.approx(time.time(), abs=60)
    assert meta["now"] / 1000 == pytest.approx(time.time(), abs=60)
    names = [(each["name"], each["units"], each["semantics"]) for each in meta["metrics"]]
    assert names == [("memory.free", "bytes", "instant"), ("cpu.basic.user", "millisec", "counter")]
    assert meta["metrics"][1]["derive"] == "rate"


def test_samples(peer: Peer) -> None:
    start(peer, {"name": "memory.free"}, {"name": "memory.used"}, interval=50)
    for _ in range(3):
        for row in next_rows(peer):
            # What has not changed may be null, or left out at the end.
            assert len(row) <= 2
            assert all(value is None or value > 1_000_000 for value in row)


def test_a_rate_has_no_first_value(peer: Peer) -> None:
    start(peer, {"name": "cpu.basic.user", "derive": "rate"}, interval=50)
    assert next_rows(peer) == [[False]]
    ((second,),) = next_rows(peer)
    assert isinstance(second, int | float)
    assert 0 <= second < 1_000_000


def test_instances(peer: Peer) -> None:
    meta = start(peer, {"name": "network.interface.rx"}, {"name": "memory.free"}, interval=50)
    instances = meta["metrics"][0]["instances"]
    assert "lo" in instances
    (row,) = next_rows(peer)
    assert len(row[0]) == len(instances)


@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("cpu.basic.nice", "millisec"),
        ("cpu.basic.system", "millisec"),
        ("cpu.basic.iowait", "millisec"),
        ("cpu.core.user", "millisec"),
        ("memory.cached", "bytes"),
        ("memory.swap-used", "bytes"),
        ("disk.all.read", "bytes"),
        ("disk.all.written", "bytes"),
        ("disk.dev.read", "bytes"),
        ("disk.dev.written", "bytes"),
        ("network.interface.tx", "bytes"),
        ("mount.total", "bytes"),
        ("mount.used", "bytes"),
        ("block.device.read", "bytes"),
        ("block.device.written", "bytes"),
        ("cgroup.memory.usage", "bytes"),
        ("cgroup.memory.limit", "bytes"),
        ("cgroup.cpu.usage", "millisec"),
        ("cgroup.cpu.shares", "count"),
    ],
)
def test_every_metric_there_is(peer: Peer, name: str, units: str) -> None:
    meta = start(peer, {"name": name}, interval=50)
    (metric,) = meta["metrics"]
    assert (metric["name"], metric["units"]) == (name, units)
    while isinstance(message := next_json(peer), dict):
        (metric,) = message["metrics"]
    # An instanced metric without instances is left out, as zeros at the end of an array may be.
    for row in message:
        assert len(row) <= 1


@pytest.mark.parametrize(
    "name", ["cpu.temperature", "disk.cgroup.read", "disk.cgroup.written", "cgroup.memory.sw-usage"]
)
def test_newer_metrics(peer: Peer, name: str) -> None:
    (metric,) = start(peer, {"name": name}, interval=50)["metrics"]
    assert metric["name"] == name


@pytest.mark.parametrize(
    "options",
    [
        {"metrics": [{"name": "memory.free"}], "interval": 0},
        {"metrics": [{"name": "memory.free"}], "interval": -5},
        {"metrics": [{"name": "memory.free"}], "interval": "1s"},
        {"metrics": {}},
        {"metrics": ["memory.free"]},
        {"metrics": [{}]},
        {},
    ],
    ids=["zero", "negative", "text", "object", "names", "nameless", "none"],
)
def test_bad_options(peer: Peer, options: dict[str, object]) -> None:
    peer.open("m", "metrics1", source="internal", **options)
    peer.refused("m", "protocol-error")


def test_an_unknown_metric(peer: Peer) -> None:
    peer.open("m", "metrics1", source="internal", metrics=[{"name": "coffee.level"}])
    peer.refused("m", "not-supported", message="unsupported metric: coffee.level")


def test_other_units(peer: Peer) -> None:
    peer.open("m", "metrics1", source="internal", metrics=[{"name": "memory.free", "units": "count"}])
    peer.refused("m", "not-supported")


@pytest.mark.parametrize("source", ["pcp-archive", "pmcd", "direct"])
def test_there_is_no_performance_co_pilot(peer: Peer, source: str) -> None:
    peer.open("m", "metrics1", source=source, metrics=[{"name": "kernel.all.load"}])
    peer.refused("m", "not-supported")
