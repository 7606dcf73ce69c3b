import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.packages.paths import PATH_MAX, SEGMENTS_MAX, BadRequestError, parse_path


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/shell/index.html", ["shell", "index.html"]),
        ("/manifests.js", ["manifests.js"]),
        ("/a/b/c.js?query=/../x#%zz", ["a", "b", "c.js"]),
        ("/a/caf%C3%A9%20%25.txt", ["a", "café %.txt"]),
        ("/a/%252e%252e/x", ["a", "%2e%2e", "x"]),
        ("/a%2fb", ["a", "b"]),
        ("/a/x..js", ["a", "x..js"]),
        ("/a/what%3F", ["a", "what?"]),
        ("/" + "/".join("a" * SEGMENTS_MAX), ["a"] * SEGMENTS_MAX),
    ],
)
def test_a_path_is_its_segments(path: str, segments: list[str]) -> None:
    assert parse_path(path) == segments


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/a/",
        "/a//b",
        "/.git/config",
        "/a/.hidden",
        "/a/%2ehidden",
        "/a/.",
        "/a/./b",
        "/a/..;/b",
        "/a%2f",
        "/?a",
    ],
)
def test_a_path_to_what_is_never_served_is_none(path: str) -> None:
    assert parse_path(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a/b",
        "../a",
        "/..",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a/%2E./b",
        "/a/..%2fb",
        "/a%2f..%2fb",
        "/a/..\\b",
        "/a\\b",
        "/a%5cb",
        "/a%5c..%5cb",
        "/a%00",
        "/a%00.js",
        "/a\0",
        "/a%0a",
        "/a%7f",
        "/%",
        "/a%0",
        "/a%zz",
        "/a%+1",
        "/a%u002e",
        "/%ff%fe",
        "/%c0%ae%c0%ae/x",
        "/\ud800",
        "/" + "a" * PATH_MAX,
        "/" + "/".join("a" * (SEGMENTS_MAX + 1)),
    ],
)
def test_what_is_no_path_is_a_bad_request(path: str) -> None:
    with pytest.raises(BadRequestError):
        parse_path(path)


@given(st.text(alphabet="/.%2e5cf\\\0a?", max_size=20).map("/".__add__))
def test_no_segment_ever_leads_elsewhere(path: str) -> None:
    try:
        segments = parse_path(path)
    except BadRequestError:
        return
    for segment in segments or []:
        assert segment
        assert segment[0] != "."
        assert not set(segment) & set("/\\\0")
