"""The connection itself: `init`, what is tolerated, and the end of input (reference 1.5)."""

import json
import os
import pwd
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from compat.driver import Peer
from testbed.processes import wait_until

StartPeer = Callable[..., Peer]


def test_the_bridge_speaks_first(start: StartPeer) -> None:
    peer = start(quiet=True)
    assert peer.raw_first.startswith(b"\n")
    assert peer.init["version"] == 1
    assert "problem" not in peer.init


def test_init_names_the_packages(peer: Peer) -> None:
    assert isinstance(peer.init["packages"], dict)


def test_init_says_what_the_system_is(peer: Peer) -> None:
    assert f"ID={peer.init['os-release']['ID']}" in Path("/etc/os-release").read_text().splitlines()


def test_init_asks_for_explicit_superuser(peer: Peer) -> None:
    assert peer.init["capabilities"]["explicit-superuser"] is True


def test_another_version_ends_the_connection(start: StartPeer) -> None:
    peer = start(init={"version": 2})
    peer.end_input()
    assert peer.wait() != 0


def test_a_channel_before_init_is_not_opened(start: StartPeer) -> None:
    peer = start(quiet=True)
    peer.open("early", "echo")
    peer.end_input()
    peer.wait()
    assert [event for event in peer.waiting("early") if event[0] == "ready"] == []


def test_a_ping_of_the_connection_is_answered_with_its_members(peer: Peer) -> None:
    peer.control("ping", cookie="five")
    assert peer.expect("pong") == {"command": "pong", "cookie": "five"}


@pytest.mark.parametrize("command", ["logout", "hint", "x-unheard-of"])
def test_unknown_commands_are_ignored(peer: Peer, command: str) -> None:
    peer.control(command, disconnect=True)
    peer.barrier()


def test_a_message_that_is_wrong_by_itself_ends_nothing(peer: Peer) -> None:
    peer.opened("a", "echo")
    for message in (b"no channel line", b"a\0b\nx", b"\n[]", b"\nnot json", b'\n{"channel":"a"}'):
        peer.send_raw(b"%d\n%b" % (len(message), message))
    peer.send("a", b"still here")
    assert peer.data("a") == b"still here"


@pytest.mark.parametrize("garbage", [b"03\nabc", b"x\n", b"1000abc\n", b"100000000\n", b"-1\n", b"\n\n"])
def test_lost_framing_ends_the_bridge(start: StartPeer, garbage: bytes) -> None:
    peer = start()
    peer.send_raw(garbage)
    peer.wait()


def test_input_that_ends_within_a_frame_ends_the_bridge(start: StartPeer) -> None:
    peer = start()
    peer.opened("a", "echo")
    peer.send_raw(b"50\na\nbeginning")
    peer.end_input()
    peer.wait()
    assert not [event for event in peer.waiting("a") if isinstance(event[0], bytes)]


def test_the_end_of_input_ends_the_bridge(start: StartPeer) -> None:
    peer = start()
    peer.opened("a", "echo")
    peer.opened("b", "null")
    peer.end_input()
    assert peer.wait() == 0


def test_the_end_of_input_ends_the_processes_of_channels(start: StartPeer) -> None:
    peer = start()
    peer.opened("p", "stream", spawn=["/bin/sh", "-c", "echo $$; exec sleep 1000"])
    pid = int(peer.data("p"))
    peer.end_input()
    assert peer.wait() == 0
    wait_until(lambda: _is_gone(pid), "the channel's process ends")


@pytest.mark.parametrize(
    ("script", "pty"),
    [("echo $$; exec sleep 1000", False), ("echo $$; exec sleep 1000", True), ("sleep 1000 & echo $!; wait", False)],
    ids=["process", "terminal", "its child"],
)
def test_a_killed_bridge_leaves_no_process_behind(start: StartPeer, script: str, pty: bool) -> None:
    peer = start()
    peer.opened("p", "stream", spawn=["/bin/sh", "-c", script], pty=pty)
    pid = int(peer.data("p"))
    peer.kill()
    try:
        wait_until(lambda: _is_gone(pid), "the channel's process ends", timeout=3)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        raise AssertionError("the process of a channel outlived the bridge") from None


def test_children_have_what_every_login_sets(start: StartPeer, environ: dict[str, str]) -> None:
    for name in ("HOME", "SHELL", "USER"):
        environ.pop(name, None)
    user = pwd.getpwuid(os.getuid())
    peer = start()
    peer.opened("p", "stream", spawn=["/usr/bin/env"])
    lines, _ = peer.until("close", "p")
    expected = {f"HOME={user.pw_dir}", f"SHELL={user.pw_shell}", f"USER={user.pw_name}"}
    assert expected <= set(lines.decode().splitlines())


def test_a_control_message_may_be_indented(peer: Peer) -> None:
    message = {"command": "open", "channel": "a", "payload": "echo"}
    peer.send("", json.dumps(message, indent=2).encode() + b"\n")
    peer.expect("ready", "a")


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
