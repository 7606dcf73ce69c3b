import os
import socket
from pathlib import Path

import pytest

from ws_gateway.system.activation import inherited_listeners, notify


def test_sockets_that_were_made_for_us() -> None:
    with socket.create_server(("127.0.0.1", 0)) as made:
        first = os.dup(made.fileno())
        environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web", "OTHER": "stays"}
        (listener,) = inherited_listeners(environ, first)
        assert environ == {"OTHER": "stays"}
        assert listener.getsockname() == made.getsockname()
        assert not listener.getblocking()
        with socket.create_connection(made.getsockname()):
            listener.accept()[0].close()
        listener.close()


@pytest.mark.parametrize(
    "environ", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}, {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "x"}]
)
def test_those_of_others_are_not_ours(environ: dict[str, str]) -> None:
    assert inherited_listeners(dict(environ)) == []


def test_what_cannot_be_listened_on() -> None:
    ours, theirs = socket.socketpair()
    environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    with ours, pytest.raises(ValueError, match="does not listen"):
        inherited_listeners(environ, theirs.detach())
    with pytest.raises(ValueError, match="more than 8"):
        inherited_listeners({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "9"})


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_is_told(tmp_path: Path, abstract: bool) -> None:
    name = f"@pilothouse-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        notify({"NOTIFY_SOCKET": name}, "READY=1")
        assert manager.recv(100) == b"READY=1"


def test_nobody_needs_to_be_told() -> None:
    notify({}, "READY=1")
    notify({"NOTIFY_SOCKET": "/nonexistent/x"}, "READY=1")
