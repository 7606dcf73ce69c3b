import asyncio

import pytest

from bridge.protocol import Problem
from plugins.machines.providers.dbus_answers import answer_or, ask_all, ask_each


async def answer(key: str) -> str:
    await asyncio.sleep(0)
    if key == "gone":
        raise Problem("not-found", "gone")
    if key == "broken":
        raise Problem("disconnected", "broken", libvirt={"code": 38})
    if key == "unknown":
        raise Problem("not-supported", "unknown", libvirt={"code": 3})
    return key.upper()


async def test_what_is_not_there_is_left_out_and_any_other_problem_is_raised() -> None:
    assert await ask_each(["a", "gone", "b"], answer) == {"a": "A", "b": "B"}
    with pytest.raises(Problem, match="disconnected"):
        await ask_each(["a", "broken"], answer)


async def test_all_have_ended_before_the_first_problem_is_raised() -> None:
    ended: list[str] = []

    async def late() -> None:
        await asyncio.sleep(0.01)
        ended.append("late")

    with pytest.raises(Problem, match="disconnected"):
        await ask_all(answer("broken"), late())
    assert ended == ["late"]
    assert await ask_all(answer("a"), answer("b")) == ["A", "B"]


async def test_a_question_that_the_driver_does_not_know_has_a_default() -> None:
    assert await answer_or(answer("a"), "x") == "A"
    assert await answer_or(answer("unknown"), "x") == "x"
    with pytest.raises(Problem, match="disconnected"):
        await answer_or(answer("broken"), "x")
