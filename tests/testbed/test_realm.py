"""What the realm of the tests promises: it serves, whoever takes its port, and a client that hangs ends a test."""

import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from testbed import realm
from testbed.realm import Client, Realm, free_port, missing
from testbed.system_console import Corner


@pytest.fixture
def corner(tmp_path: Path) -> Iterator[Corner]:
    if program := missing():
        pytest.skip(f"{program} is not installed")
    corner = Corner(tmp_path)
    yield corner
    corner.namespace.close()


def test_a_port_that_was_taken_meanwhile_is_given_up_for_another(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taker:
        taken = taker.getsockname()[1]
        ports = iter([taken, taken, free_port()])
        monkeypatch.setattr(realm, "free_port", lambda: next(ports))
        with closing(Realm(corner, ("anna",))) as made:
            assert made.ticket("anna").startswith("FILE:")
            assert next(ports, None) is None


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import time; print('abc', end='', flush=True); time.sleep(60)", "it said no more than b'abc'"),
        ("print('A' * 100000)", "what it says is no token"),
        ("", "the client has no token"),
    ],
)
def test_a_client_that_says_no_token_fails_the_test_soon(
    script: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realm, "TOKEN_TIME", 1.0)
    client = Client([sys.executable, "-c", script])
    try:
        with pytest.raises(AssertionError, match=said):
            client.token()
    finally:
        client._process.kill()
        client.close()
