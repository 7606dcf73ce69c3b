"""Sharing connections."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest

from bridge.dbus import pool
from bridge.protocol import Problem


async def test_one_connection_from_the_first_user_to_the_last(daemon: Any) -> None:
    async with contextlib.AsyncExitStack() as users:
        found = await asyncio.gather(
            *(users.enter_async_context(pool.connection(daemon.address, "none")) for _ in range(5))
        )
        assert len(set(map(id, found))) == 1
        name = found[0].unique_name
    assert found[0].is_lost
    async with pool.connection(daemon.address, "none") as again:
        assert again.unique_name != name


async def test_a_lost_connection_is_not_shared(daemon: Any) -> None:
    async with pool.connection(daemon.address, "none") as old:
        old.close()
        async with pool.connection(daemon.address, "none") as new:
            assert new is not old
            assert not new.is_lost


async def test_a_user_who_gives_up_takes_nothing_from_the_others(daemon: Any) -> None:
    async def use() -> str:
        async with pool.connection(daemon.address, "none") as shared:
            return shared.unique_name

    async with asyncio.TaskGroup() as tasks:
        first, second = tasks.create_task(use()), tasks.create_task(use())
        await asyncio.sleep(0)
        first.cancel()
    assert second.result().startswith(":")


async def test_a_user_who_gives_up_alone_leaves_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "bus"))
        silent.listen()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), pool.connection(f"unix:path={tmp_path}/bus", "none"):
                pass


@pytest.mark.parametrize(
    "address", ["unix:path=/nonexistent/bus", "nonsense", "unix:", "tcp:port=x", "what:a=b", "a:\0"]
)
async def test_what_cannot_be_connected_to(address: str) -> None:
    with pytest.raises(Problem, match="failed to connect to system bus: ") as caught:
        async with pool.connection(address, "system"):
            pass
    assert caught.value.code == "protocol-error"


async def test_a_bus_that_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.dbus.connection.CONNECT_MAX", 0.05)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "bus"))
        silent.listen()
        with pytest.raises(Problem, match="it does not answer"):
            async with pool.connection(f"unix:path={tmp_path}/bus", "none"):
                pass


def test_addresses(tmp_path: Path) -> None:
    assert pool.address_of("system", {}) == "unix:path=/run/dbus/system_bus_socket"
    assert pool.address_of("system", {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/x"}) == "unix:path=/x"
    assert pool.address_of("session", {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/y"}) == "unix:path=/y"
    with pytest.raises(Problem, match="failed to connect to session bus"):
        pool.address_of("session", {"XDG_RUNTIME_DIR": str(tmp_path)})
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(tmp_path / "bus"))
        assert pool.address_of("session", {"XDG_RUNTIME_DIR": str(tmp_path)}) == f"unix:path={tmp_path}/bus"
