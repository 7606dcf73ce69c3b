import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.address import Address, is_host, locate


@pytest.mark.parametrize(
    ("path", "root", "found"),
    [
        ("/", "", Address("cockpit", "", "/")),
        ("/cockpit/socket", "", Address("cockpit", "", "/cockpit/socket")),
        ("/x/cockpit/socket", "/x", Address("cockpit", "", "/cockpit/socket")),
        ("/x", "/x", Address("cockpit", "", "/")),
        ("/x/", "/x", Address("cockpit", "", "/")),
        ("/cockpit/socket", "/x", None),
        ("/xy/socket", "/x", None),
        ("/cockpit+tool/login", "", Address("cockpit+tool", "", "/cockpit/login")),
        ("/cockpit+=a.example.com/login", "", Address("cockpit+=a.example.com", "a.example.com", "/cockpit/login")),
        ("/x/cockpit+=a:22/login", "/x", Address("cockpit+=a:22", "a:22", "/cockpit/login")),
        ("/cockpit+=me%40a/socket", "", Address("cockpit+=me@a", "me@a", "/cockpit/socket")),
        ("/=a/terminal", "", Address("cockpit+=a", "a", "/terminal")),
        ("/=a", "", Address("cockpit+=a", "a", "/")),
        ("/=/", "", None),
        ("/=-oProxyCommand=x/", "", None),
    ],
)
def test_what_a_path_means(path: str, root: str, found: Address | None) -> None:
    assert locate(path, root) == found


@pytest.mark.parametrize(
    "host", ["a", "a.example.com", "a-b", "1.2.3.4", "[::1]", "[::1]:22", "me@a", "a:1", "a:65535", "m.e-2@a:2222"]
)
def test_hosts(host: str) -> None:
    assert is_host(host)


NONE = [
    *("-oProxyCommand=touch pwned", "-Fevil", "user@-oX", "a;id", "$(id)", "`id`", "%h", "a\nb", "a b", "", "x" * 301),
    *("host:0", "host:99999", "host:65536", "a\0", "a:22\n", "::1", "[::1]x", "a@b@c", "@a", "a:", "a/b", "../a", "ä"),
    *("a=b", "-a", "a-", ".a", "a'b", 'a"b', "a,b", "a#b", "a?b", "a\\b", "-u@a", "a:٣"),
]


@pytest.mark.parametrize("host", NONE)
def test_what_is_no_host(host: str) -> None:
    assert not is_host(host)


@given(st.text(max_size=40))
def test_no_host_is_an_option_or_holds_anything_special(text: str) -> None:
    if is_host(text):
        assert not text.startswith("-")
        assert "@-" not in text
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:@[]")


def test_each_application_has_a_cookie_of_its_own() -> None:
    names = [locate(f"/{application}/login") for application in ("cockpit", "cockpit+x", "cockpit+=a", "cockpit+=a:2")]
    assert [address.cookie_name for address in names if address] == [
        "cockpit",
        "cockpit+x",
        "machine-cockpit+a",
        "machine-cockpit+a_3a2",
    ]
