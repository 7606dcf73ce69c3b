from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway import config_values as values


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (values.origins, "https://a:9090  http://*.b.org", ("https://a:9090", "http://*.b.org")),
        (values.hosts, "a.example.com [2001:db8::1]", ("a.example.com", "[2001:db8::1]")),
        (values.url_root, "console", "/console"),
        (values.url_root, "/a/b.c/", "/a/b.c"),
        (values.url_root, "/", ""),
        (values.url_root, "", ""),
        (values.header, "X-Forwarded-Proto", "X-Forwarded-Proto"),
        (values.parameter, "access_token", "access_token"),
        (values.page, "/shell/index.html", "/shell/index.html"),
        (values.web_address, "https://id.example.com/authorize?a=b", "https://id.example.com/authorize?a=b"),
        (values.absolute_path, "/etc/issue", Path("/etc/issue")),
        (values.command, '/usr/bin/x --name "a b"', ("/usr/bin/x", "--name", "a b")),
        (values.between(1, 900), "900", 900),
        (values.max_startups, "7", values.MaxStartups(7, 100, 7)),
        (values.max_startups, " 0 ", values.MaxStartups(0, 100, 0)),
        (values.max_startups, "10:30:60", values.MaxStartups(10, 30, 60)),
        (values.no_action, "None", True),
    ],
)
def test_what_is_written_has_a_meaning(kind: Callable[[str], Any], written: str, meant: Any) -> None:
    assert kind(written) == meant


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        *((values.origins, text) for text in ("*", "https://*", "https://a.*.com", "ftp://a", "https://a " * 101)),
        (values.hosts, "https://x"),
        *((values.title, text) for text in ("a\x1bb", "x" * 201)),
        *((values.url_root, text) for text in ("/..", "/a//b", "/a b", '/"', "/cockpit", "ping", "/.a", "/=x", "/@x")),
        *((values.header, text) for text in ("", "a b", "a:", "x" * 65)),
        (values.parameter, "a=b"),
        *((values.page, text) for text in ("shell/index.html", "/shell", "/shell/../x", "/shell/.x", '/a/"')),
        *((values.web_address, text) for text in ("javascript:alert(1)", "https://a b", "//x", "https://")),
        (values.absolute_path, "etc/issue"),
        *((values.command, text) for text in ("", "x", '/x "', "/x " + "a " * 64)),
        *((values.between(1, 900), text) for text in ("0", "901", "1.5", "", "x", "٣", "9" * 10_000)),
        *((values.max_startups, text) for text in ("", "x", "-1", "1:2", "1:101:2", "5:10:3", "1:2:3:4", "٣")),
        (values.no_action, "some"),
    ],
)
def test_what_means_nothing_is_refused(kind: Callable[[str], Any], written: str) -> None:
    with pytest.raises(ValueError, match=r"needed|is not|more than|missing|a title is|MaxStartups|the only action"):
        kind(written)


@given(st.text(max_size=100))
def test_a_root_is_safe_in_an_address_and_in_html(text: str) -> None:
    try:
        root = values.url_root(text)
    except ValueError:
        return
    assert not set(root) & set("\"'<>&?#%\\ ")
    assert "//" not in root
    assert "/." not in root
