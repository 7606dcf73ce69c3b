"""What is virsh's own; what every provider promises is in conformance/."""

import asyncio
from typing import Any

import pytest

from bridge.protocol import Problem
from plugins.machines.history.figures import SUMMARY
from plugins.machines.provider import READ_ONLY, Kind, Method
from plugins.machines.providers.virsh_process import Answer, VirshProcess
from plugins.machines.providers.virsh_provider import Virsh

ONE, TWO = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


async def test_read_only_may_look_and_says_why_not_more(heard: Any) -> None:
    provider = await Virsh.open("test:///default", heard, readonly=True)
    (key,) = await provider.domains()
    assert set(provider.capabilities.values()) == {READ_ONLY}
    with pytest.raises(Problem, match="access-denied: operation forbidden: read only access") as caught:
        await provider.act(Method.DESTROY, key)
    assert caught.value.extra["libvirt"]["code"] == 29
    await provider.close()


async def test_a_connection_that_cannot_be_made_says_why(heard: Any) -> None:
    with pytest.raises(Problem, match=r"no-host: Failed to connect socket to .*No such file or directory"):
        await Virsh.open("qemu+unix:///system?socket=/nonexistent/sock", heard)


async def test_after_its_end_it_is_disconnected(heard: Any) -> None:
    provider = await Virsh.open("test:///default", heard)
    await asyncio.gather(provider.close(), provider.close())
    with pytest.raises(Problem, match="disconnected"):
        await provider.domains()


async def test_a_volume_or_snapshot_with_control_characters_is_refused(heard: Any) -> None:
    provider = await Virsh.open("test:///default", heard)
    (key,) = await provider.domains()
    with pytest.raises(Problem, match="not-supported: virsh cannot be given"):
        await provider.act(Method.SNAPSHOT_REVERT, key, snapshot="a\nquit")
    (pool,) = await provider.listing(Kind.POOL)
    with pytest.raises(Problem, match="not-supported: virsh cannot be given"):
        await provider.describe(Kind.VOLUME, [f"{pool}/\x1b[A"])
    await provider.close()


class Lists:
    """Answers the lists around the statistics, one after the other."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    async def run(self, commands: list[str]) -> list[Answer]:
        return [Answer(self._answers.pop(0) if self._answers else "") for _ in commands]


@pytest.fixture
async def provider(heard: Any) -> Any:
    opened = await Virsh.open("test:///default", heard)
    process: VirshProcess = opened._process
    yield opened
    opened._process = process
    await opened.close()


STATS = "Domain: 'a'\n  state.state=1\n\nDomain: 'b'\n  state.state=5\n"
BEFORE, SWAPPED = f"{ONE} a\n{TWO} b\n", f"{ONE} b\n{TWO} a\n"


async def test_names_that_change_meanwhile_are_asked_again(provider: Virsh) -> None:
    provider._process = Lists(BEFORE, STATS, SWAPPED, SWAPPED, STATS, SWAPPED)  # type: ignore[assignment]
    found = await provider._all_stats("domstats", "--all")
    assert {key: name for key, (name, _) in found.items()} == {ONE: "b", TWO: "a"}
    assert found[TWO][1] == {"state.state": 1}


async def test_names_that_never_rest_are_left_out(provider: Virsh) -> None:
    restless = [BEFORE, STATS, SWAPPED] * 3
    provider._process = Lists(*restless)  # type: ignore[assignment]
    assert await provider._all_stats("domstats", "--all") == {}


async def test_who_goes_between_two_commands_is_left_out(provider: Virsh) -> None:
    provider._process = Lists(BEFORE, STATS, BEFORE)  # type: ignore[assignment]
    told = await provider._all_stats("domstats", "--all")
    assert told.keys() == {ONE, TWO}
    provider._process = Lists()  # type: ignore[assignment]

    async def gone(_commands: list[str]) -> list[Answer]:
        return [Answer("", f"failed to get domain '{ONE}'"), Answer("State: running\nCPU(s): 1\n")]

    provider._process.run = gone  # type: ignore[assignment, method-assign]
    assert (await provider._completed(told, SUMMARY)).keys() == {TWO}


async def test_what_was_told_before_the_last_question_failed_counts(provider: Virsh) -> None:
    provider._process = Lists()  # type: ignore[assignment]
    early = Answer("State: running\nCPU(s): 2\n", "Requested operation is not valid: Init pid is not yet available")

    async def begun(_commands: list[str]) -> list[Answer]:
        return [early]

    provider._process.run = begun  # type: ignore[assignment, method-assign]
    found = await provider._completed({ONE: ("a", {})}, SUMMARY)
    assert (found[ONE][1]["state.state"], found[ONE][1]["vcpu.current"]) == (1, 2)
