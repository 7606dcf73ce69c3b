import socket
from typing import Any

import pytest

from bridge.protocol import Problem
from ws_gateway.system.ssh_host import ADDRESSES_MAX, SshHost, parse_host


@pytest.mark.parametrize(
    ("text", "host", "alias"),
    [
        ("far", SshHost("", "far", 22), "far"),
        ("me@Far.example.com:2222", SshHost("me", "far.example.com", 2222), "[far.example.com]:2222"),
        ("[2001:db8::1]", SshHost("", "2001:db8::1", 22), "2001:db8::1"),
        ("me@[2001:db8::1]:24", SshHost("me", "2001:db8::1", 24), "[2001:db8::1]:24"),
    ],
)
def test_its_parts_and_what_its_key_goes_by(text: str, host: SshHost, alias: str) -> None:
    assert (parse_host(text), parse_host(text).alias) == (host, alias)


@pytest.mark.parametrize("text", ["-oProxyCommand=x", "a b", "me@-oX", "far:0", ""])
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(Problem, match="no-host"):
        parse_host(text)


@pytest.mark.parametrize("name", ["localhost", "127.1", "[::ffff:127.0.0.1]"])
def test_names_that_lead_here_are_like_those_that_lead_nowhere(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    host = parse_host(name)
    with pytest.raises(Problem) as refused:
        host.addresses(allow_local=False)
    with pytest.raises(Problem) as unknown:
        parse_host("no-such-name.invalid").addresses(allow_local=False)
    assert refused.value.args == unknown.value.args == ("no-host", "The host cannot be reached.")
    assert "is an address of this machine" in caplog.messages[0]
    assert host.addresses(allow_local=True)


def test_of_many_addresses_a_few_and_no_reserved_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["127.0.0.1", "192.0.2.1", "192.0.2.1", *(f"192.0.2.{number}" for number in range(2, 9))]

    def look_up(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 22)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert parse_host("far").addresses(allow_local=False) == [f"192.0.2.{n}" for n in range(1, ADDRESSES_MAX + 1)]
