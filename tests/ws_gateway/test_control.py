import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest

from ws_gateway.control import ControlSocket, ask_instances, folders


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    tmp_path.chmod(0o700)
    return {"XDG_RUNTIME_DIR": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}


async def test_asking_gets_an_answer(environ: dict[str, str]) -> None:
    control = ControlSocket(lambda: {"link": "x"})
    folder = folders(environ)[0]
    await control.start(folder, 9090)
    path = folder / "login-9090.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert await asyncio.to_thread(ask_instances, environ, None) == {9090: {"link": "x"}}
    assert await asyncio.to_thread(ask_instances, environ, 9090) == {9090: {"link": "x"}}
    assert await asyncio.to_thread(ask_instances, environ, 9091) == {}
    await control.stop()
    assert not path.exists()
    assert await asyncio.to_thread(ask_instances, environ, None) == {}


async def test_a_stale_socket_is_replaced(environ: dict[str, str]) -> None:
    folder = folders(environ)[0]
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(folder / "login-9090.sock"))
    control = ControlSocket(lambda: {"link": "x"})
    await control.start(folder, 9090)
    assert await asyncio.to_thread(ask_instances, environ, None) == {9090: {"link": "x"}}
    await control.stop()


async def test_the_socket_of_a_running_instance_is_not_taken_over(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = ControlSocket(lambda: {"link": "1"}), ControlSocket(lambda: {"link": "2"})
    await first.start(folders(environ)[0], 9090)
    await second.start(folders(environ)[0], 9090)
    assert "another instance" in caplog.text
    await second.stop()
    assert await asyncio.to_thread(ask_instances, environ, None) == {9090: {"link": "1"}}
    await first.stop()


async def test_a_folder_that_others_can_change_is_not_used(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    folder = folders(environ)[0]
    folder.mkdir()
    folder.chmod(0o777)
    control = ControlSocket(lambda: {"link": "x"})
    await control.start(folder, 9090)
    assert "open to others" in caplog.text
    assert list(folder.iterdir()) == []
    assert ask_instances(environ, None) == {}
    await control.stop()


def test_without_a_runtime_directory_of_ours_the_state_directory_is_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert folders(state) == [tmp_path / "state" / "pilothouse"]
    assert folders({**state, "XDG_RUNTIME_DIR": str(tmp_path / "missing")}) == [tmp_path / "state" / "pilothouse"]
    assert folders({}) == [Path.home() / ".local" / "state" / "pilothouse"]
    if os.getuid() == 0:
        os.chown(tmp_path, 65534, 65534)
        assert folders({**state, "XDG_RUNTIME_DIR": str(tmp_path)}) == [tmp_path / "state" / "pilothouse"]


async def test_a_path_that_is_too_long_costs_only_the_links(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    control = ControlSocket(lambda: {"link": "x"})
    await control.start(tmp_path / ("x" * 120), 9090)
    assert "too long" in caplog.text
    await control.stop()
