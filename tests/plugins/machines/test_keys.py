import pytest

from bridge.protocol import Problem
from plugins.machines.keys import NAME_MAX, checked_key, new_key

UUID = "00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("kind", "key"), [("domain", UUID), ("pool", UUID), ("volume", f"{UUID}/-rf $(id)"), ("node_device", "pci_0")]
)
def test_a_key(kind: str, key: str) -> None:
    assert checked_key(kind, key) == key


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("domain", UUID.upper()),
        ("domain", f"{UUID}\n"),
        ("domain", "web"),
        ("network", f"-{UUID}"),
        ("volume", UUID),
        ("volume", f"{UUID}/a/b"),
        ("volume", "pool/a"),
        ("node_device", "a\nb"),
        ("node_device", "x" * (NAME_MAX + 1)),
    ],
)
def test_what_is_none_is_refused(kind: str, key: str) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute 'key'"):
        checked_key(kind, key)


def test_a_new_key_is_one_and_another_each_time() -> None:
    one, other = new_key(), new_key()
    assert checked_key("domain", one) == one != other
