"""`info` on the wire, and os-release."""

import json
import os
import pwd
from pathlib import Path

from bridge.channels.info import os_release, parse_os_release
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


def test_os_release_lines() -> None:
    text = '# comment\nNAME=Debian\nVERSION="12 (book\\"worm)"\nEMPTY=\nID=\'a b\'\nnonsense\n1X=2\nBAD="open\n'
    assert parse_os_release(text) == {"NAME": "Debian", "VERSION": '12 (book"worm)', "EMPTY": "", "ID": "a b"}


def test_the_first_os_release_there_is(tmp_path: Path) -> None:
    (tmp_path / "second").write_text("ID=x")
    assert os_release((tmp_path / "first", tmp_path / "second")) == {"ID": "x"}
    assert os_release((tmp_path / "first",)) == {}
