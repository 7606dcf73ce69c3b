"""`info` and `session-control` (reference 2.3, 2.4)."""

import grp
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer


@pytest.fixture
def told(peer: Peer) -> dict[str, Any]:
    peer.opened("i", "info")
    message = peer.json("i")
    peer.expect("done", "i")
    assert "problem" not in peer.expect("close", "i")
    return message


def test_the_channels(told: dict[str, Any]) -> None:
    channels = told["channels"]
    assert {"dbus-json3", "echo", "fsread1", "fsreplace1", "http-stream1", "null", "stream"} <= set(channels)
    assert all(isinstance(capabilities, list) for capabilities in channels.values())


def test_the_capability_of_saving(told: dict[str, Any]) -> None:
    assert "attrs" in told["channels"]["fsreplace1"]


def test_the_user(told: dict[str, Any]) -> None:
    user, entry = told["user"], pwd.getpwuid(os.geteuid())
    assert (user["name"], user["uid"], user["gid"]) == (entry.pw_name, entry.pw_uid, entry.pw_gid)
    assert (user["home"], user["shell"]) == (entry.pw_dir, entry.pw_shell)
    assert user["groups"][0] == user["group"] == grp.getgrgid(entry.pw_gid).gr_name
    assert "fullname" in user


def test_the_system(told: dict[str, Any]) -> None:
    lines = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().split("\n") if "=" in line)
    assert {name: value.strip('"') for name, value in lines.items()} == told["os_release"]


PRIVATELY = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c"]
WITH_OS_RELEASE = 'mount --bind "$0" /etc/os-release && exec "$@"'
WITHOUT_OS_RELEASE = """
mount -t tmpfs none "$0" || exit 1
for folder in etc usr/lib; do
    mkdir -p "$0/$folder/upper" "$0/$folder/work"
    mount -t overlay -o "lowerdir=/$folder,upperdir=$0/$folder/upper,workdir=$0/$folder/work" none "/$folder" || exit 1
    rm -f "/$folder/os-release"
done
exec "$@"
"""
OS_RELEASE = """# a comment
NAME="Some \\"Linux\\" 5"

VERSION_ID=12
 INDENTED=yes
ID='single quotes'
no line of it
EMPTY=
HOME_URL="https://example.com/?a=b#c"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
def test_how_os_release_is_read(start: Callable[..., Peer], folder: Path) -> None:
    (folder / "os-release").write_text(OS_RELEASE)
    peer = start(prefix=[*PRIVATELY, WITH_OS_RELEASE, str(folder / "os-release")])
    peer.opened("i", "info")
    told = peer.json("i")["os_release"]
    assert told["NAME"] == 'Some "Linux" 5'
    assert (told["VERSION_ID"], told["ID"], told["EMPTY"]) == ("12", "single quotes", "")
    assert told["HOME_URL"] == "https://example.com/?a=b#c"
    assert not [name for name in told if "#" in name or " " in name]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
def test_there_is_no_os_release(start: Callable[..., Peer], folder: Path) -> None:
    (folder / "changes").mkdir()
    peer = start(prefix=[*PRIVATELY, WITHOUT_OS_RELEASE, str(folder / "changes")])
    peer.opened("i", "info")
    assert peer.json("i")["os_release"] == {}


def test_no_session_timeout_by_default(peer: Peer) -> None:
    assert peer.opened("s", "session-control")["timeout"] == 0


def test_the_session_timeout_is_told_in_seconds(start: Callable[..., Peer], folder: Path) -> None:
    (folder / "etc/cockpit").mkdir(parents=True)
    (folder / "etc/cockpit/cockpit.conf").write_text("[Session]\nIdleTimeout = 15\n")
    assert start().opened("s", "session-control")["timeout"] == 15 * 60


def test_the_session_timeout_has_a_limit(start: Callable[..., Peer], folder: Path) -> None:
    (folder / "etc/cockpit").mkdir(parents=True)
    (folder / "etc/cockpit/cockpit.conf").write_text("[Session]\nIdleTimeout = 100000\n")
    assert start().opened("s", "session-control")["timeout"] == 240 * 60


def test_session_control_takes_active(peer: Peer) -> None:
    peer.opened("s", "session-control")
    peer.control("active", channel="s")
    peer.barrier()
    peer.assert_quiet("s")
