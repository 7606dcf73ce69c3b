import os
import socket
from pathlib import Path

from ws_gateway.listening.port_owner import port_owner


def test_a_listener_of_ours_is_seen() -> None:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as listener:
            listener.bind((address, 0))
            listener.listen()
            name = Path("/proc/self/comm").read_text().strip()
            assert port_owner(listener.getsockname()[1]) == (name, os.getpid())


def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert port_owner(bound.getsockname()[1]) is None


def test_a_proc_that_shows_nothing(tmp_path: Path) -> None:
    assert port_owner(9090, tmp_path) is None
