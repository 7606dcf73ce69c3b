import os
import socket
from pathlib import Path

import pytest

from ws_gateway.system.helper_socket import is_gateway, listen_for_gateway


def test_only_root_and_the_group_get_there(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    listener = listen_for_gateway(folder, os.getgid())
    assert folder.stat().st_mode & 0o777 == 0o750
    assert (folder / "session").stat().st_mode & 0o777 == 0o660
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(folder / "session"))
        with listener.accept()[0] as connection:
            assert is_gateway(connection, os.getuid())
            assert not is_gateway(connection, os.getuid() + 1)
    listener.close()


def test_what_a_dead_one_left_is_replaced_a_live_one_is_not(tmp_path: Path) -> None:
    listen_for_gateway(tmp_path / "run", os.getgid()).close()
    listener = listen_for_gateway(tmp_path / "run", os.getgid())
    with pytest.raises(ValueError, match="another console in system mode runs"):
        listen_for_gateway(tmp_path / "run", os.getgid())
    listener.close()


@pytest.mark.parametrize("kind", ["file", "symlink", "folder"])
def test_what_is_in_the_way(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    path = folder / "session"
    {"file": path.touch, "folder": path.mkdir, "symlink": lambda: path.symlink_to("/tmp/x")}[kind]()
    with pytest.raises(ValueError, match="in the way"):
        listen_for_gateway(folder, os.getgid())


def test_a_folder_that_others_can_write_to(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ValueError, match="nobody else can write"):
        listen_for_gateway(folder, os.getgid())


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_a_folder_of_somebody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(ValueError, match="folder of root's"):
        listen_for_gateway(folder, 0)
