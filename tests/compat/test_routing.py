"""Who gets a channel, and messages for channels that are not there (reference 1.5, 3.1)."""

import os
from collections.abc import Callable

import pytest
from compat.driver import Peer


def test_an_unknown_payload_is_not_supported(peer: Peer) -> None:
    peer.open("a", "x-unheard-of")
    peer.refused("a", "not-supported")


def test_the_own_host_is_local(peer: Peer) -> None:
    peer.opened("a", "echo", host="localhost")


def test_init_says_what_the_host_is_called(start: Callable[..., Peer]) -> None:
    peer = start(init={"host": "here.invalid"})
    peer.opened("a", "echo", host="here.invalid", group="g")
    peer.control("kill", host="localhost", group="g")
    peer.send("a", b"still here")
    assert peer.data("a") == b"still here"
    peer.control("kill", host="here.invalid", group="g")
    peer.expect("close", "a", problem="terminated")


def test_an_unknown_host_comes_before_superuser(peer: Peer) -> None:
    peer.open("a", "echo", host="host.invalid", superuser="require")
    peer.refused("a", "no-host")


def test_require_without_a_superuser_bridge_is_denied(plain_peer: Peer) -> None:
    plain_peer.open("a", "echo", superuser="require")
    plain_peer.refused("a", "access-denied")


def test_try_without_a_superuser_bridge_stays_with_the_user(plain_peer: Peer) -> None:
    plain_peer.opened("a", "stream", spawn=["id", "-u"], superuser="try")
    data, _ = plain_peer.until("close", "a")
    assert int(data) != 0


def test_superuser_false_is_nothing_special(plain_peer: Peer) -> None:
    plain_peer.opened("a", "echo", superuser=False)


def test_a_name_is_free_again_after_close(peer: Peer) -> None:
    for _ in range(3):
        peer.opened("a", "echo")
        peer.close("a")
        peer.expect("close", "a")


def test_a_refused_name_is_free_at_once(peer: Peer) -> None:
    peer.open("a", "x-unheard-of")
    peer.refused("a", "not-supported")
    peer.opened("a", "echo")


def test_messages_for_channels_that_are_not_open_are_dropped(peer: Peer) -> None:
    peer.send("gone", b"data")
    for command in ("close", "done", "ready", "pong", "ping", "options", "ack"):
        peer.control(command, channel="gone", sequence=1)
    peer.barrier()
    peer.assert_quiet("gone")


def test_late_messages_for_a_closed_channel_are_dropped(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.close("a")
    peer.expect("close", "a")
    peer.send("a", b"late")
    peer.done("a")
    peer.close("a")
    peer.barrier()
    peer.assert_quiet("a")


def test_ready_from_the_client_is_ignored(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.control("ready", channel="a")
    peer.send("a", b"x")
    assert peer.data("a") == b"x"


def test_unknown_commands_of_a_channel_are_ignored(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.control("x-unheard-of", channel="a")
    peer.send("a", b"x")
    assert peer.data("a") == b"x"


def test_kill_ends_the_channels_of_a_group(peer: Peer) -> None:
    peer.opened("a1", "null", group="a")
    peer.opened("b1", "null", group="b")
    peer.opened("a2", "null", group="a")
    peer.opened("none", "null")
    peer.control("kill", group="a")
    peer.expect("close", "a1", problem="terminated")
    peer.expect("close", "a2", problem="terminated")
    peer.barrier()
    peer.assert_quiet("b1")
    peer.assert_quiet("none")


def test_kill_without_group_ends_every_channel(peer: Peer) -> None:
    peer.opened("a", "null", group="a")
    peer.opened("b", "null")
    peer.control("kill")
    peer.expect("close", "a", problem="terminated")
    peer.expect("close", "b", problem="terminated")


def test_kill_of_another_host_spares_ours(peer: Peer) -> None:
    peer.opened("a", "null", group="a")
    peer.control("kill", host="host.invalid", group="a")
    peer.barrier()
    peer.assert_quiet("a")


def test_kill_ends_processes(peer: Peer) -> None:
    peer.opened("p", "stream", group="g", spawn=["/bin/sh", "-c", "echo up; exec sleep 1000"])
    assert peer.data("p") == b"up\n"
    peer.control("kill", group="g")
    _, close = peer.until("close", "p")
    assert close["problem"] == "terminated"


def test_many_channels_at_once(peer: Peer) -> None:
    names = [f"c{number}" for number in range(500)]
    for name in names:
        peer.open(name, "echo")
    for name in names:
        peer.expect("ready", name)
        peer.send(name, name.encode())
    for name in names:
        assert peer.data(name) == name.encode()


@pytest.mark.parametrize("superuser", ["try", "require"])
def test_root_needs_no_superuser_bridge(start: Callable[..., Peer], superuser: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    start().opened("a", "echo", superuser=superuser)
