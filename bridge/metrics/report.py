"""From samples to the messages of a `metrics1` channel (reference 2.14), with no I/O."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from bridge.metrics.sample import Instances, Number, Sample, Values
from bridge.metrics.table import Metric, Source
from bridge.protocol import JsonObject

Derive = Literal["rate", "delta"]
Cell = Number | Literal[False]
Row = list[Cell | list[Cell]]

_NOTHING = Sample({}, 0.0)


class Wanted(NamedTuple):
    """A metric as a channel asked for it: itself, its change, or its change per second."""

    name: str
    metric: Metric
    derive: Derive | None


class InstanceFilter(NamedTuple):
    """Which instances a channel wants: those of `only`, if it is there, and none of `omit`."""

    only: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()

    def __call__(self, instances: Iterable[str]) -> list[str]:
        """Those of `instances` that are wanted."""
        return [name for name in instances if name not in self.omit and (self.only is None or name in self.only)]


class Report:
    """What one channel is told. A value that is not there, or not yet, is `false`."""

    def __init__(self, wanted: list[Wanted], instances: InstanceFilter) -> None:
        self._wanted = wanted
        self._filter = instances
        self._instances: list[list[str]] = [[] for _ in wanted]
        self._last: dict[Source, Sample] = {}

    @property
    def sources(self) -> list[Source]:
        """What is to be read at each tick, each once."""
        return list(dict.fromkeys(each.metric.source for each in self._wanted))

    def add(self, samples: Mapping[Source, Sample | None]) -> tuple[Row, bool]:
        """The row for one tick's samples, and whether the instances are others than before: then `meta` goes first.

        A source that had no answer (None) keeps what it said last.
        """
        row: Row = []
        changed = False
        for index, each in enumerate(self._wanted):
            last = self._last.get(each.metric.source, _NOTHING)
            sample = samples[each.metric.source] or last
            change = _Change(each.derive, sample, last)
            if not each.metric.instanced:
                row.append(change(_number(sample.values, each.name), _number(last.values, each.name)))
                continue
            values, before = _instances(sample.values, each.name), _instances(last.values, each.name)
            names = self._filter(values)
            if set(names) != set(self._instances[index]):
                self._instances[index] = names
                changed = True
            row.append([change(values[name], before.get(name)) for name in self._instances[index]])
        self._last |= {source: sample for source, sample in samples.items() if sample is not None}
        return row, changed

    def meta(self, timestamp: int, interval: int) -> JsonObject:
        """The description of the rows that follow; the first of them was taken at `timestamp` (ms of the epoch)."""
        metrics = []
        for each, instances in zip(self._wanted, self._instances, strict=True):
            described = {"name": each.name, "units": each.metric.units, "semantics": each.metric.semantics}
            extra = {"derive": each.derive, "instances": instances if each.metric.instanced else None}
            metrics.append(described | {name: value for name, value in extra.items() if value is not None})
        return {
            "source": "internal",
            "interval": interval,
            "timestamp": timestamp,
            "now": timestamp,
            "metrics": metrics,
        }


class _Change:
    """What is told of a value."""

    def __init__(self, derive: Derive | None, sample: Sample, last: Sample) -> None:
        self._derive = derive
        self._divisor = 1.0 if derive == "delta" else sample.taken - last.taken
        self._is_known = last is not _NOTHING and sample is not last and self._divisor > 0

    def __call__(self, value: Number | None, before: Number | None) -> Cell:
        if value is None:
            return False
        if self._derive is None:
            return value
        # A counter that went back began anew: how much it counted is not known.
        if not self._is_known or before is None or value < before:
            return False
        return value - before if self._derive == "delta" else (value - before) / self._divisor


def _number(values: Values, name: str) -> Number | None:
    value = values.get(name)
    return value if isinstance(value, int | float) else None


def _instances(values: Values, name: str) -> Instances:
    value = values.get(name)
    return value if value is not None and not isinstance(value, int | float) else {}
