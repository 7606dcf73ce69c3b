"""The figures of the last hour and the last day, for each domain that ran then; no I/O.

Time is cut into slots: of `STEP` seconds, kept for an hour, and of a minute, kept for a day, which is the mean of its
slots. A slot in which nothing was measured is a gap and stays one.
"""

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bridge.protocol import JsonObject

if TYPE_CHECKING:
    Values = array[float]
    """Floats; the first of each `COLUMNS` of them is NaN in a gap."""

Span = Literal["hour", "day"]

STEP, MINUTE = 5, 60
"""Seconds of the two kinds of slots."""
SLOTS: Mapping[Span, tuple[int, int]] = {"hour": (STEP, 3600 // STEP), "day": (MINUTE, 86400 // MINUTE)}
"""For each span the seconds of a slot, and how many there are."""
COLUMNS = ("cpu", "memory", "disk_read", "disk_written", "received", "sent")
"""What is kept, in the order of `plugins.machines.history.sampler.Rows`."""
DOMAINS_MAX = 1000
"""Domains with a history, of 52 kB each; beyond that the one that was measured longest ago loses its own."""
BRIDGED = 3
"""Slots up to which a value that covers several stands in all of them: a late tick is no gap."""

_WIDTH = len(COLUMNS)
_NOTHING = array("f", [math.nan] * _WIDTH)


class Ring:
    """Values by slot, the last `length` slots of them."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._values = _NOTHING * length
        self.last = -1
        """The slot written last."""

    def put(self, slot: int, values: "Values") -> None:
        """Set the values of a slot; one that is older than the ring is not kept."""
        if slot <= self.last - self._length:
            return
        for between in range(max(self.last + 1, slot - self._length + 1), slot):
            self._set(between, _NOTHING)
        self._set(slot, values)
        self.last = max(self.last, slot)

    def get(self, slot: int) -> "Values":
        """The values of a slot, all of them NaN in a gap."""
        if not self.last - self._length < slot <= self.last:
            return _NOTHING
        start = slot % self._length * _WIDTH
        return self._values[start : start + _WIDTH]

    def _set(self, slot: int, values: "Values") -> None:
        start = slot % self._length * _WIDTH
        self._values[start : start + _WIDTH] = values


@dataclass(frozen=True, slots=True)
class Minute:
    """What was measured of a domain in one minute: its slots, each NaN where there is none."""

    key: str
    minute: int
    """Minutes since 1970."""
    mean: "Values"
    slots: "Values"


class History:
    """See the module. Times are in seconds since 1970."""

    def __init__(self) -> None:
        self._rings: dict[str, tuple[Ring, Ring]] = {}
        self._told_at: float | None = None

    def add(self, now: float, rows: Mapping[str, Sequence[float]]) -> None:
        """Take what was measured between the last call and `now`."""
        slot = int(now // STEP)
        since = slot - 1 if self._told_at is None else int(self._told_at // STEP)
        first = since + 1 if slot - BRIDGED <= since < slot else slot
        self._told_at = now
        for key, row in rows.items():
            values = array("f", [*row, *[math.nan] * _WIDTH][:_WIDTH])
            fine, coarse = self._of(key)
            for each in range(first, slot + 1):
                fine.put(each, values)
            for minute in range(first * STEP // MINUTE, slot * STEP // MINUTE + 1):
                coarse.put(minute, _mean(_slots_of(fine, minute)))

    def restore(self, minute: Minute) -> None:
        """Take a minute of before; what is known already counts more."""
        fine, coarse = self._of(minute.key)
        first = minute.minute * MINUTE // STEP
        for number in range(len(minute.slots) // _WIDTH):
            values = minute.slots[number * _WIDTH : (number + 1) * _WIDTH]
            if not _is_gap(values) and _is_gap(fine.get(first + number)):
                fine.put(first + number, values)
        if _is_gap(coarse.get(minute.minute)):
            coarse.put(minute.minute, minute.mean)

    def minutes(self, minute: int) -> Iterator[Minute]:
        """What was measured in that minute."""
        for key, (fine, coarse) in list(self._rings.items()):
            mean = coarse.get(minute)
            if not _is_gap(mean):
                yield Minute(key, minute, mean, _slots_of(fine, minute))

    def of(self, key: str, span: Span, now: float) -> JsonObject:
        """The last hour or day of a domain, up to `now`; see `LibvirtChannel.history`."""
        step, length = SLOTS[span]
        return self._told(key, span, int(now // step) - length + 1, length)

    def recent(self, key: str, count: int, now: float) -> JsonObject:
        """The last `count` slots of the last hour, in the same form."""
        return self._told(key, "hour", int(now // STEP) - count + 1, count)

    def _told(self, key: str, span: Span, first: int, length: int) -> JsonObject:
        step, _ = SLOTS[span]
        rings = self._rings.get(key)
        ring = None if rings is None else rings[0 if span == "hour" else 1]
        rows = [_NOTHING if ring is None else ring.get(first + number) for number in range(length)]
        columns = {name: [_number(row[index]) for row in rows] for index, name in enumerate(COLUMNS)}
        return {"start": first * step, "step": step, **columns}

    def _of(self, key: str) -> tuple[Ring, Ring]:
        # Moved to the end: the first is the one that was measured longest ago.
        rings = self._rings.pop(key, None) or (Ring(SLOTS["hour"][1]), Ring(SLOTS["day"][1]))
        self._rings[key] = rings
        if len(self._rings) > DOMAINS_MAX:
            del self._rings[next(iter(self._rings))]
        return rings


def _slots_of(fine: Ring, minute: int) -> "Values":
    first = minute * MINUTE // STEP
    found: Values = array("f")
    for slot in range(first, first + MINUTE // STEP):
        found.extend(fine.get(slot))
    return found


def _mean(slots: "Values") -> "Values":
    columns = ([value for value in slots[index::_WIDTH] if not math.isnan(value)] for index in range(_WIDTH))
    return array("f", [sum(column) / len(column) if column else math.nan for column in columns])


def _is_gap(values: "Values") -> bool:
    return math.isnan(values[0])


def _number(value: float) -> float | None:
    if math.isnan(value):
        return None
    return round(value, 1) if value < 1000 else round(value)
