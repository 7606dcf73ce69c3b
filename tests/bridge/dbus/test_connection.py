"""One shared connection: calls that wait their turn, match rules, and what is left when all is done."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from dbus_fast import Message

from bridge.dbus.bus import Bus
from bridge.dbus.connection import IN_FLIGHT_MAX, Answer, Connection, error_text
from bridge.dbus.matches import Match
from bridge.dbus.values import signature
from bridge.protocol import Problem

EMPTY = signature("")


class Listener:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Any] = asyncio.Queue()

    def owner_changed(self, name: str, owner: str | None) -> None:
        self.told.put_nowait((name, owner))

    def signal(self, message: Message, names: frozenset[str | None]) -> None:
        self.told.put_nowait((message.member, message.body, names))

    def match_refused(self, problem: Problem) -> None:
        self.told.put_nowait(problem)

    def disconnected(self) -> None:
        self.told.put_nowait("disconnected")


@pytest.fixture
async def connection(daemon: Any) -> AsyncIterator[Connection]:
    opened = Connection(partial(Bus, daemon.address))
    await opened.open()
    yield opened
    opened.close()


def call(connection: Connection, member: str, **members: Any) -> asyncio.Future[Answer]:
    answer: asyncio.Future[Answer] = connection.loop.create_future()
    connection.call("com.example.A", "/obj", "com.example.Test", member, EMPTY, [], answer.set_result, **members)
    return answer


async def test_more_calls_than_the_bus_allows_wait_their_turn(connection: Connection, service: Any) -> None:
    held = [call(connection, "Never") for _ in range(IN_FLIGHT_MAX)]
    waiting = [call(connection, "Echo") for _ in range(3)]
    while len(service.held) < IN_FLIGHT_MAX:
        await asyncio.sleep(0.01)
    assert not any(answer.done() for answer in waiting)
    service.reply(service.held[0])
    assert not isinstance(await waiting[2], Problem)
    assert sum(answer.done() for answer in held) == 1


async def test_calls_that_wait_too_long_go_out(
    connection: Connection, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.dbus.connection.PACE_MAX", 0.05)
    for _ in range(IN_FLIGHT_MAX):
        call(connection, "Never")
    assert not isinstance(await call(connection, "Echo"), Problem)


async def test_a_call_on_a_lost_connection_is_answered(connection: Connection, daemon: Any) -> None:
    listener = Listener()
    connection.join(listener)
    daemon.kill()
    assert await listener.told.get() == "disconnected"
    answer = await call(connection, "Echo")
    assert isinstance(answer, Problem)
    assert answer.code == "org.freedesktop.DBus.Error.Disconnected"


async def test_a_forgotten_call_is_not_answered(connection: Connection, service: Any) -> None:
    answers: list[Answer] = []
    serial = connection.call(
        "com.example.A", "/obj", "com.example.Test", "Echo", EMPTY, [], answers.append, timeout=0.01
    )
    connection.forget(serial)
    await call(connection, "Echo")
    await asyncio.sleep(0.02)
    assert answers == []


async def test_a_rule_is_told_once_and_taken_back_with_the_last(connection: Connection, service: Any) -> None:
    match = Match(name="com.example.A", member="Happened")
    one, two = Listener(), Listener()
    connection.add_match(match, one)
    assert await one.told.get() == ("com.example.A", service.bus.unique_name)
    connection.add_match(match, two)
    await call(connection, "Echo")
    service.emit("Happened", "s", "1")
    assert await one.told.get() == ("Happened", ["1"], frozenset({"com.example.A"}))
    assert await two.told.get() == ("Happened", ["1"], frozenset({"com.example.A"}))
    connection.leave(one)
    connection.remove_match(match, two)
    assert (connection._rules, connection._matches, connection.names._names) == ({}, {}, {})
    refused: asyncio.Queue[Problem] = asyncio.Queue()
    connection.add_rule("nonsense", refused.put_nowait)
    assert (await refused.get()).code == "protocol-error"


async def test_a_service_that_cannot_be_started(connection: Connection) -> None:
    with pytest.raises(Problem) as caught:
        await connection.start_service("com.example.Nobody")
    assert caught.value.code == "org.freedesktop.DBus.Error.ServiceUnknown"


def test_the_text_of_an_error() -> None:
    call = Message("com.example.A", "/", "com.example.A", "A", serial=1)
    assert error_text(Message.new_error(call, "com.example.Error", "why")) == "why"
    assert error_text(Message.new_method_return(call, "i", [1])) == ""
