"""Answers to several calls over D-Bus, which run at the same time and may fail each for itself."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from bridge.protocol import Problem
from plugins.machines.providers.libvirt_errors import OPERATION_INVALID, UNSUPPORTED

T = TypeVar("T")


async def ask_each(keys: Iterable[str], ask: Callable[[str], Coroutine[Any, Any, T]]) -> dict[str, T]:
    """What `ask` answers to each of `keys`, all at once as far as calls may be; without what is not there."""
    wanted = list(keys)
    # With the exceptions: a call that others did not wait for would go on behind their backs.
    answers = await asyncio.gather(*map(ask, wanted), return_exceptions=True)
    found: dict[str, T] = {}
    for key, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, Problem) and answer.code == "not-found":
            continue
        if isinstance(answer, BaseException):
            raise answer
        found[key] = answer
    return found


async def ask_all(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """The answers to all calls, which run at the same time; the first problem among them once all are done."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers


async def answer_or(answer: Coroutine[Any, Any, T], default: T) -> T:
    """`answer`, or `default` where the driver does not know the question, or not for such a domain."""
    try:
        return await answer
    except Problem as problem:
        if problem.extra.get("libvirt", {}).get("code") not in UNSUPPORTED | {OPERATION_INVALID}:
            raise
        return default
