"""The grammar of headers, to the letter: a bus ends the connection of whoever is less strict."""

import pytest

from bridge.dbus.syntax import is_bus_name, is_interface, is_member, is_path, parse_signature, type_code
from bridge.protocol import Problem


@pytest.mark.parametrize("text", ["/", "/a", "/a/b_1/2"])
def test_paths(text: str) -> None:
    assert is_path(text)


@pytest.mark.parametrize("text", ["", "a", "/a/", "//", "/a//b", "/a-b", "/a\n", "/ä", "/" + "a" * 70_000])
def test_not_paths(text: str) -> None:
    assert not is_path(text)


def test_interfaces_and_members() -> None:
    assert is_interface("a.b")
    assert is_interface("org.example_1.X")
    assert is_member("Get_1")
    for text in ("a", ".a", "a.", "a..b", "a.1", "a-b.c", "a.b\n", "a." + "b" * 254):
        assert not is_interface(text)
    for text in ("", "a.b", "1a", "a-b", "a\n", "a" * 256):
        assert not is_member(text)


def test_bus_names() -> None:
    for text in ("org.example", "org.ex-ample.x_1", ":1.5", ":1.2.3"):
        assert is_bus_name(text)
    for text in ("org", "org.1x", ":", ":1", ":x y", ":1.0\n", "", "a." + "b" * 254):
        assert not is_bus_name(text)


@pytest.mark.parametrize(
    "text", ["", "s", "a{sv}", "(ii)a(ss)", "a{oa{sa{sv}}}", "a" * 32 + "i", "(" * 32 + "i" + ")" * 32]
)
def test_signatures(text: str) -> None:
    assert parse_signature(text).signature == text


@pytest.mark.parametrize(
    "text",
    [
        "a", "(", "()", ")", "{sv}", "({sv})", "a{vs}", "a{(i)s}", "a{s}", "a{sss}", "z", "s\n",
        "a" * 33 + "i", "(" * 33 + "i" + ")" * 33, "i" * 256,
    ],
)  # fmt: skip
def test_not_signatures(text: str) -> None:
    with pytest.raises(Problem, match="not a signature"):
        parse_signature(text)


def test_type_codes() -> None:
    assert [type_code(each) for each in parse_signature("a{sv}(i)u").types] == ["a", "(", "u"]
