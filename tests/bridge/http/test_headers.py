"""Header fields both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.http.headers import HEADERS_MAX, request_headers, response_headers
from bridge.protocol import Problem


def test_what_is_sent() -> None:
    headers = {"X-A": " b\t", "Connection": "x", "TE": "trailers", "Keep-Alive": "5", "Empty": "", "Other": "é"}
    assert request_headers(headers) == [(b"X-A", b"b"), (b"Empty", b""), (b"Other", "é".encode())]


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "é", "a\0", "x" * 300])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(Problem, match="not the name of a header"):
        request_headers({name: "value"})


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\0b", "\n", "a\r\n b"])
def test_what_is_no_value(value: str) -> None:
    with pytest.raises(Problem, match="the value of X contains CR, LF or NUL"):
        request_headers({"X": value})


def test_too_many_and_too_long() -> None:
    assert len(request_headers({f"X{number}": "" for number in range(HEADERS_MAX)})) == HEADERS_MAX
    with pytest.raises(Problem, match="more than 256"):
        request_headers({f"X{number}": "" for number in range(HEADERS_MAX + 1)})
    with pytest.raises(Problem, match="longer than 65536"):
        request_headers({"X": "x" * 65536})


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=5))
def test_a_field_never_spans_lines(headers: dict[str, str]) -> None:
    try:
        fields = request_headers(headers)
    except Problem:
        return
    for name, value in fields:
        assert not {*b"\r\n\0"} & {*name, *value}
        assert not {*b" :"} & {*name}


FIELDS = [
    (b"Content-Length", b"5"),
    (b"Range", b"x"),
    (b"X-A", b"1"),
    (b"x-a", b"2"),
    (b"Set-Cookie", b"a=1, b"),
    (b"Set-Cookie", b"c=2"),
    (b"Connection", b"close, X-Hop"),
    (b"connection", b"X-Other"),
    (b"X-Hop", b"1"),
    (b"x-other", b"1"),
    (b"Transfer-Encoding", b"chunked"),
    (b"Upgrade", b"h2c"),
]


def test_what_a_channel_is_told() -> None:
    text = response_headers(FIELDS, binary=False)
    assert text == {"X-A": "1, 2", "Set-Cookie": "c=2"}
    assert response_headers(FIELDS, binary=True) == text | {"Content-Length": "5", "Range": "x"}


def test_values_are_text_whatever_they_are() -> None:
    assert response_headers([(b"A", "é".encode()), (b"B", b"\xe9")], binary=True) == {"A": "é", "B": "é"}


def test_a_response_has_bounds_too() -> None:
    for fields in ([(b"X%d" % number, b"") for number in range(HEADERS_MAX + 1)], [(b"X", b"x" * 65536)]):
        with pytest.raises(Problem) as caught:
            response_headers(fields, binary=True)
        assert caught.value.code == "terminated"
