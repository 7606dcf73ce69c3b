"""`/user`."""

import os
import pwd
import threading

import pytest

from bridge.internal import user as module
from bridge.internal.user import User, user
from bridge.protocol import Problem


def test_the_user() -> None:
    found = user({})
    entry = pwd.getpwuid(os.getuid())
    assert (found["Name"], found["Id"], found["Gid"]) == (entry.pw_name, os.getuid(), os.getgid())
    assert (found["Home"], found["Shell"]) == (entry.pw_dir, entry.pw_shell)
    assert found["Groups"]


def test_a_user_whom_no_database_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    monkeypatch.setattr("os.getgid", lambda: 4_000_001)
    found = user({"HOME": "/h\udcff"})
    assert (found["Name"], found["Home"]) == ("4000000", "/h\ufffd")
    assert "4000001" in found["Groups"]


async def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    wake = threading.Event()
    monkeypatch.setattr(module, "LOOK_UP_MAX", 0.01)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: wake.wait())
    with pytest.raises(Problem, match="does not answer"):
        await User({}).values()
    wake.set()
