import asyncio
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from plugins.machines.history.sampler import Moment, Rows, Sampler, rows_between
from plugins.machines.provider import Reading, Traffic

SECOND = 1_000_000_000


def test_the_share_is_of_all_virtual_cpus() -> None:
    before = Moment(10.0, {"a": Reading(0, 2, 100), "b": Reading(5, 1, 100), "gone": Reading(0, 1, 1)})
    after = Moment(12.0, {"a": Reading(SECOND, 2, 200), "b": Reading(5, 1, 300), "new": Reading(0, 1, 1)})
    assert rows_between(before, after) == {"a": [25.0, 200], "b": [0.0, 300]}


def test_the_rates_are_bytes_a_second_where_they_are_told() -> None:
    before = Moment(0.0, {"a": Reading(0, 1, 5, Traffic(0, 10, 100, 1000)), "b": Reading(0, 1, 5)})
    after = Moment(2.0, {"a": Reading(0, 1, 5, Traffic(4, 10, 200, 3000)), "b": Reading(0, 1, 5, Traffic(1, 1, 1, 1))})
    assert rows_between(before, after) == {"a": [0.0, 5, 2, 0, 50, 1000], "b": [0.0, 5]}
    assert rows_between(after, before._replace(time=4.0))["a"] == [0.0, 5], "a device was taken out"


def test_a_restarted_domain_has_no_row() -> None:
    assert rows_between(Moment(0, {"a": Reading(SECOND, 1, 1)}), Moment(1, {"a": Reading(0, 1, 1)})) == {}


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(0, 2**63), st.integers(0, 2**63), st.integers(0, 512))
def test_rows_stay_in_range(start: float, end: float, before: int, after: int, vcpus: int) -> None:
    rows = rows_between(Moment(start, {"a": Reading(before, vcpus, 7)}), Moment(end, {"a": Reading(after, vcpus, 7)}))
    for percent, used in rows.values():
        assert 0 <= percent <= 100
        assert used == 7


class Domain:
    """One that runs on one virtual CPU all the time, and counts who looks."""

    def __init__(self) -> None:
        self.taken = 0
        self.wanted = True
        self.broken = False

    async def take(self) -> Mapping[str, Reading]:
        self.taken += 1
        if self.broken:
            raise Problem("disconnected", "away")
        return {"a": Reading(int(asyncio.get_running_loop().time() * SECOND), 1, 5)}

    def is_wanted(self) -> bool:
        return self.wanted


async def test_one_reading_per_tick_however_many_listen() -> None:
    domain = Domain()
    sampler = Sampler(0.01, domain.take, domain.is_wanted)
    first: asyncio.Queue[Rows] = asyncio.Queue()
    second: asyncio.Queue[Rows] = asyncio.Queue()
    async with sampler.listen(first.put_nowait), sampler.listen(second.put_nowait):
        rows = await first.get()
        assert await second.get() == rows
        assert rows["a"][0] > 90
        await first.get()
        assert domain.taken == 3
        assert not sampler.is_idle
    assert sampler.is_idle
    taken = domain.taken
    await asyncio.sleep(0.05)
    assert domain.taken == taken, "nobody listens, and it still samples"


async def test_nothing_is_read_while_nothing_runs_or_the_connection_is_away() -> None:
    domain = Domain()
    domain.wanted = False
    sampler = Sampler(0.01, domain.take, domain.is_wanted)
    rows: asyncio.Queue[Rows] = asyncio.Queue()
    async with sampler.listen(rows.put_nowait):
        await asyncio.sleep(0.05)
        assert domain.taken == 0
        domain.wanted = domain.broken = True
        await asyncio.sleep(0.05)
        assert domain.taken > 0
        assert rows.empty()
        domain.broken = False
        async with asyncio.timeout(5):
            assert "a" in await rows.get()
