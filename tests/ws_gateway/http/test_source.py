import pytest

from ws_gateway.http.source import network_of, plain_address


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_source(source: str, network: str) -> None:
    assert network_of(source) == network


def test_an_address_as_others_know_it() -> None:
    assert [plain_address(text) for text in ("::ffff:192.0.2.1", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "x")] == [
        "192.0.2.1",
        "192.0.2.1",
        "2001:db8::1",
        "fe80::1",
        "",
    ]
