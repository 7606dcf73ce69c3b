"""`info` on the wire."""

import json
import os
import pwd

import pytest

from bridge.testing import Wire


async def test_what_the_bridge_says_of_itself(wire: Wire) -> None:
    wire.open("c", "info")
    await wire.expect("ready", "c")
    data, _ = await wire.until("close", "c")
    said = json.loads(data)
    assert "spawn" in said["channels"]["stream"]
    user = said["user"]
    assert user["uid"] == os.getuid()
    assert user["name"] == pwd.getpwuid(os.getuid()).pw_name
    assert user["groups"][0] == user["group"]


async def test_a_name_of_the_time_before_utf8(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = pwd.struct_passwd(
        ("j", "x", os.getuid(), os.getgid(), os.fsdecode(b"J\xfcrg,Room 3"), "/home/j", "/bin/sh")
    )
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry)
    wire.open("c", "info")
    await wire.expect("ready", "c")
    data, close = await wire.until("close", "c")
    assert "problem" not in close
    assert json.loads(data)["user"]["fullname"] == "J\ufffdrg"
