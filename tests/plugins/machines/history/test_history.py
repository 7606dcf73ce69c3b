import math
from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plugins.machines.history import history as module
from plugins.machines.history.history import COLUMNS, MINUTE, SLOTS, STEP, History, Minute, Ring

NOON = 1_700_000_000 // MINUTE * MINUTE
ROW = [10.0, 100, 1, 2, 3, 4]


def measured(told: dict[str, Any], column: str = "cpu") -> dict[int, float]:
    """The values of a column by the second at which their slot begins, without gaps."""
    values = enumerate(told[column])
    return {told["start"] + number * told["step"]: value for number, value in values if value is not None}


def test_a_value_stands_in_its_slot_and_in_its_minute() -> None:
    history = History()
    history.add(NOON + 2, {"a": ROW})
    history.add(NOON + 7, {"a": [20.0, 200, 1, 2, 3, 4]})
    hour = history.of("a", "hour", NOON + 7)
    assert measured(hour) == {NOON: 10, NOON + 5: 20}
    assert measured(hour, "sent") == {NOON: 4, NOON + 5: 4}
    assert (hour["step"], len(hour["cpu"])) == (5, 720)
    day = history.of("a", "day", NOON + 7)
    assert measured(day) == {NOON: 15}
    assert (day["step"], len(day["cpu"])) == (60, 1440)


def test_what_is_not_told_is_a_gap_of_its_column_alone() -> None:
    history = History()
    history.add(NOON, {"a": [10.0, 100]})
    told = history.of("a", "hour", NOON)
    assert measured(told, "memory") == {NOON: 100}
    assert measured(told, "received") == {}


def test_a_gap_stays_a_gap_and_a_late_tick_is_none() -> None:
    history = History()
    for second in (0, 5.1, 15.1, 60, 65):
        history.add(NOON + second, {"a": ROW})
    assert [second - NOON for second in measured(history.of("a", "hour", NOON + 65))] == [0, 5, 10, 15, 60, 65]


def test_a_domain_that_stops_has_a_gap() -> None:
    history = History()
    for second in range(0, 30, STEP):
        history.add(NOON + second, {"a": ROW} if second in (0, 25) else {"b": ROW})
    assert [second - NOON for second in measured(history.of("a", "hour", NOON + 25))] == [0, 25]


def test_the_last_hour_and_the_last_day_are_kept() -> None:
    history = History()
    for second in range(0, 2 * 86400, 60):
        history.add(NOON + second, {"a": ROW})
    end = NOON + 2 * 86400 - 60
    assert len(measured(history.of("a", "hour", end))) == 60
    assert len(measured(history.of("a", "day", end))) == 1440
    assert measured(history.of("a", "day", end + 2 * 86400)) == {}


def test_the_recent_ones_are_those_up_to_now() -> None:
    history = History()
    history.add(NOON, {"a": ROW})
    told = history.recent("a", 4, NOON + 6)
    assert told["cpu"] == [None, None, 10, None]
    assert told["start"] == NOON - 10
    assert history.recent("nobody", 2, NOON)["cpu"] == [None, None]


def test_a_clock_that_is_set_back_loses_nothing_else() -> None:
    history = History()
    history.add(NOON, {"a": ROW})
    history.add(NOON - 60, {"a": ROW})
    history.add(NOON - 7200, {"a": ROW})
    assert measured(history.of("a", "hour", NOON)) == {NOON - 60: 10, NOON: 10}


def test_a_minute_can_be_taken_out_and_put_back_where_nothing_is_known() -> None:
    first, second = History(), History()
    first.add(NOON, {"a": ROW})
    first.add(NOON + 5, {"a": ROW})
    second.add(NOON + 5, {"a": [50.0, 1, 1, 1, 1, 1]})
    (minute,) = first.minutes(NOON // MINUTE)
    assert list(first.minutes(NOON // MINUTE - 1)) == []
    second.restore(minute)
    assert measured(second.of("a", "hour", NOON + 5)) == {NOON: 10, NOON + 5: 50}
    assert measured(second.of("a", "day", NOON + 5)) == {NOON: 50}


def test_who_was_measured_longest_ago_makes_room(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "DOMAINS_MAX", 2)
    history = History()
    for number, key in enumerate(("a", "b", "a", "c")):
        history.add(NOON + number * STEP, {key: ROW})
    assert measured(history.of("b", "hour", NOON + 20)) == {}
    assert len(measured(history.of("a", "hour", NOON + 20))) == 2


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 100, width=32)), max_size=60))
def test_a_ring_is_the_last_slots_of_a_map(puts: list[tuple[int, float]]) -> None:
    ring, model = Ring(100), dict[int, float]()
    for slot, value in puts:
        ring.put(slot, array("f", [value] * len(COLUMNS)))
        if slot > ring.last - 100:
            model[slot] = value
    for slot in range(-5, 405):
        kept = model.get(slot) if ring.last - 100 < slot <= ring.last else None
        found = ring.get(slot)[0]
        assert math.isnan(found) if kept is None else found == kept


def test_a_minute_of_another_length_is_taken_as_far_as_it_goes() -> None:
    history = History()
    history.restore(Minute("a", NOON // MINUTE, array("f", ROW), array("f", ROW + ROW[:3])))
    assert measured(history.of("a", "hour", NOON)) == {NOON: 10}
    assert SLOTS["hour"] == (5, 720)
