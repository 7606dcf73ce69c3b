"""What is told of samples."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.metrics.report import Derive, InstanceFilter, Report, Row, Wanted
from bridge.metrics.sample import Sample
from bridge.metrics.table import Metric


async def source() -> Sample | None:
    return None


PLAIN = Metric("bytes", "counter", False, source)
INSTANCED = Metric("bytes", "counter", True, source)


def report(derive: Derive | None = None, *, instanced: bool = False, instances: InstanceFilter | None = None) -> Report:
    metric = INSTANCED if instanced else PLAIN
    return Report([Wanted("m", metric, derive)], instances or InstanceFilter())


def rows(told: Report, *values: Any) -> list[Any]:
    """What is told of `m` at one tick per value, half a second apart; None is a source without an answer."""
    samples = (None if value is None else Sample({"m": value}, 1 + tick / 2) for tick, value in enumerate(values))
    return [told.add({source: sample})[0][0] for sample in samples]


def test_values_as_they_are() -> None:
    assert rows(report(), 1, 2.5, 0) == [1, 2.5, 0]
    assert rows(report(instanced=True), {"a": 1, "b": None}) == [[1, False]]


def test_rates_are_per_second() -> None:
    assert rows(report("rate"), 10, 20, 20) == [False, 20.0, 0.0]
    assert rows(report("delta"), 10, 20, 20) == [False, 10, 0]


def test_a_counter_that_went_back_counted_nobody_knows_what() -> None:
    assert rows(report("rate"), 10, 5, 6) == [False, False, 2.0]


def test_a_source_without_an_answer_keeps_what_it_said() -> None:
    assert rows(report(), None, 1, None, 2) == [False, 1, 1, 2]
    assert rows(report("rate"), None, 10, None, 20) == [False, False, False, 10.0]
    assert rows(report(instanced=True), None, {"a": 1}, None) == [[], [1], [1]]


def test_a_value_that_is_missing() -> None:
    assert Report([Wanted("absent", PLAIN, None), Wanted("absent", INSTANCED, None)], InstanceFilter()).add(
        {source: Sample({"m": 1})}
    ) == ([False, []], False)


def test_a_description_is_due_when_instances_change() -> None:
    told = report("rate", instanced=True)
    due = [told.add({source: Sample({"m": value}, tick)})[1] for tick, value in enumerate(CHANGING, 1)]
    assert due == [True, False, True, False, True, True]
    assert told.meta(5, 1000)["metrics"][0]["instances"] == []


CHANGING: list[dict[str, int | None]] = [{"a": 1}, {"a": 2}, {"a": 3, "b": 1}, {"b": 2, "a": 4}, {"b": 3}, {}]


def test_values_follow_the_order_of_the_description() -> None:
    told = report(instanced=True)
    assert rows(told, {"a": 1, "b": 2}, {"b": 20, "a": 10}) == [[1, 2], [10, 20]]
    assert told.meta(5, 1000)["metrics"][0]["instances"] == ["a", "b"]


def test_instances_can_be_chosen() -> None:
    values = {"a": 1, "b": 2, "c": 3}
    assert rows(report(instanced=True, instances=InstanceFilter(only=frozenset("ac"))), values) == [[1, 3]]
    assert rows(report(instanced=True, instances=InstanceFilter(omit=frozenset("b"))), values) == [[1, 3]]


def test_the_description() -> None:
    told = Report([Wanted("m", PLAIN, None), Wanted("n", INSTANCED, "rate")], InstanceFilter())
    told.add({source: Sample({"m": 1, "n": {"a": 1}})})
    assert told.sources == [source]
    assert told.meta(1234, 500) == {
        "source": "internal",
        "interval": 500,
        "timestamp": 1234,
        "now": 1234,
        "metrics": [
            {"name": "m", "units": "bytes", "semantics": "counter"},
            {"name": "n", "units": "bytes", "semantics": "counter", "derive": "rate", "instances": ["a"]},
        ],
    }


instances = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 100))


@given(st.lists(st.none() | instances), st.sampled_from([None, "rate", "delta"]))
def test_a_row_always_fits_the_last_description(
    values: list[dict[str, int | None] | None], derive: Derive | None
) -> None:
    told = report(derive, instanced=True)
    described: list[str] = []
    for tick, value in enumerate(values, 1):
        row: Row
        row, is_due = told.add({source: None if value is None else Sample({"m": value}, tick)})
        if is_due:
            described = told.meta(0, 1)["metrics"][0]["instances"]
        assert isinstance(row[0], list)
        assert len(row[0]) == len(described)
        if value is not None:
            assert set(described) == set(value)
            if derive is None:
                assert row[0] == [False if value[name] is None else value[name] for name in described]
