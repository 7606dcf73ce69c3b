import os
import socket

import pytest

from ws_gateway.host_name import full_name, host_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"far", "far"),
        (b"", "localhost"),
        ("löcal".encode(), "löcal"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"a\x1b[31m\nb", "a\\x1b[31m\\nb"),
        (b"x" * 64, "x" * 64),
    ],
)
def test_any_bytes_are_a_name(monkeypatch: pytest.MonkeyPatch, name: bytes, shown: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: os.fsdecode(name))
    assert host_name() == shown


@pytest.mark.parametrize("name", ["x" * 64, "a..b", "\udcff"])
def test_a_name_that_nothing_can_be_looked_up_by(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert full_name() == ""
