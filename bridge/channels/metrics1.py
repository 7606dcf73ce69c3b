"""`metrics1`: what the kernel counts, sampled at an interval (reference 2.14)."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, cast

from bridge.channel import Channel
from bridge.metrics.report import Derive, InstanceFilter, Report, Wanted
from bridge.metrics.table import METRICS
from bridge.options import option
from bridge.protocol import Problem, encode_json

INTERVAL_DEFAULT = 1000
INTERVAL_MAX = 2**31
METRICS_MAX = 256
"""Metrics of one channel."""
_DERIVE = ("rate", "delta")


class MetricsChannel(Channel):
    """`{source, interval, timestamp, metrics}` first and when instances change; otherwise `[[value, …]]`, a row a tick.

    A channel that is read slowly loses ticks, never the time of those it gets: a description goes before the next one.
    The recordings of PCP (other sources than `internal`) are not read.
    """

    payload = "metrics1"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.14. `interval` and `metrics` are checked by hand, for the sentences clients know."""

        source: Any = None
        interval: Any = INTERVAL_DEFAULT
        metrics: Any = None
        instances: list[str] | None = None
        omit_instances: list[str] | None = option("omit-instances", default=None)  # noqa: RUF009 - it makes a field

    async def run(self, options: Options) -> None:
        if options.source != "internal":
            raise Problem("not-supported", f"attribute 'source': {options.source!r:.60} is not supported")
        interval = _interval(options.interval)
        report = Report(_wanted(options.metrics), _filter(options))
        self.ready()
        async with asyncio.TaskGroup() as tasks:
            sampling = tasks.create_task(self._sample(report, interval))
            await self.wait_done()
            sampling.cancel()
        self.done()

    async def _sample(self, report: Report, interval: int) -> None:
        loop = asyncio.get_running_loop()
        start, tick, has_gap = loop.time(), 0, True
        while True:
            timestamp = int(time.time() * 1000)
            sources = report.sources
            samples = await asyncio.gather(*(source() for source in sources))
            row, changed = report.add(dict(zip(sources, samples, strict=True)))
            if changed or has_gap:
                await self.write(encode_json(report.meta(timestamp, interval)))
            await self.write(encode_json([row]))
            missed = int((loop.time() - start) * 1000 / interval) - tick
            has_gap = missed > 0
            tick += missed + 1
            await asyncio.sleep(start + tick * interval / 1000 - loop.time())


def _interval(interval: Any) -> int:
    if type(interval) is not int or not 0 < interval <= INTERVAL_MAX:
        raise Problem("protocol-error", f'invalid "interval" value: {interval!s:.60}')
    return interval


def _wanted(metrics: Any) -> list[Wanted]:
    if type(metrics) is not list or not metrics:
        raise Problem("protocol-error", 'invalid "metrics" option was specified (not an array)')
    if len(metrics) > METRICS_MAX:
        raise Problem("protocol-error", f'invalid "metrics" option was specified (more than {METRICS_MAX})')
    return [_one(metric, index) for index, metric in enumerate(metrics)]


def _one(metric: Any, index: int) -> Wanted:
    if type(metric) is not dict or type(metric.get("name")) is not str:
        raise Problem("protocol-error", f'invalid "metrics" option was specified (no name in metrics[{index}])')
    name, units, derive = metric["name"], metric.get("units"), metric.get("derive")
    if derive is not None and derive not in _DERIVE:
        raise Problem("protocol-error", f'invalid "derive" value of {name:.60}: {derive!s:.60}')
    if name not in METRICS:
        raise Problem("not-supported", f"unsupported metric: {name:.120}")
    known = METRICS[name]
    if units is not None and units != known.units:
        raise Problem("not-supported", f"{name} has units {known.units}, not {units!s:.60}")
    return Wanted(name, known, cast("Derive | None", derive))


def _filter(options: MetricsChannel.Options) -> InstanceFilter:
    if options.instances is not None and options.omit_instances is not None:
        raise Problem("protocol-error", 'cannot specify both "instances" and "omit-instances" options')
    only = None if options.instances is None else frozenset(options.instances)
    return InstanceFilter(only, frozenset(options.omit_instances or ()))
