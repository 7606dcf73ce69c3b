"""Paths and names on the wire."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.files.paths import absolute, encode_names
from bridge.protocol import Problem, decode_json


@pytest.mark.parametrize("path", ["", "x", "./x", "../x", "/a/../b", "/..", "/a\0b", "/\ud800"])
def test_what_is_no_absolute_path(path: str) -> None:
    with pytest.raises(Problem) as caught:
        absolute(path)
    assert caught.value.as_close() == {
        "problem": "protocol-error",
        "message": "attribute 'path': must be an absolute path",
    }


@pytest.mark.parametrize("path", ["/", "/a b", "/..x/x..", "/a\nb", "/\udcff"])
def test_what_is_one(path: str) -> None:
    assert absolute(path) == path


@given(st.binary(min_size=1, max_size=255))
def test_every_name_comes_back(name: bytes) -> None:
    text = os.fsdecode(name)
    assert os.fsencode(decode_json(encode_names({"path": text}))["path"]) == name


def test_names_that_are_utf8_stay_readable() -> None:
    assert encode_names(["ü"]) == '["ü"]'.encode()
    assert encode_names(["\udcff"]) == b'["\\udcff"]'
    assert json.loads(encode_names(["\udcff"])) == ["\udcff"]
