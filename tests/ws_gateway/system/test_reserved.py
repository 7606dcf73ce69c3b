import pytest

from ws_gateway.system.reserved import is_reserved, is_reserved_address

RESERVED = (
    *("localhost", "LOCALHOST:22", "a.localhost", "127.0.0.1", "me@127.0.0.1:22", "127.1", "2130706433", "0x7f.1"),
    *("169.254.169.254", "[::1]", "[::1]:22", "[fe80::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "224.0.0.1"),
)


@pytest.mark.parametrize("host", RESERVED)
def test_this_machine_and_its_link(host: str) -> None:
    assert is_reserved(host)


@pytest.mark.parametrize("host", ["far", "localhost.example.com", "192.0.2.1", "me@[2001:db8::1]:22", "10.0.0.1"])
def test_hosts_elsewhere(host: str) -> None:
    assert not is_reserved(host)


def test_addresses_as_look_ups_tell_them() -> None:
    assert [is_reserved_address(text) for text in ("fe80::1%lo", "127.0.1.1", "10.1.2.3")] == [True, True, False]
    with pytest.raises(ValueError, match="far"):
        is_reserved_address("far")
