"""`echo` and `null`, and with them what is common to all channels (reference 2.1, 2.2, 1.7)."""

import pytest
from compat.driver import Peer


def test_data_comes_back_frame_by_frame(peer: Peer) -> None:
    peer.opened("a", "echo")
    for payload in (b"x", b"foo\nbar", "äöü€\N{PILE OF POO}".encode(), b"y" * 100_000):
        peer.send("a", payload)
        assert peer.data("a") == payload


def test_binary_data_comes_back(peer: Peer) -> None:
    peer.opened("a", "echo", binary="raw")
    payload = bytes(range(256))
    peer.send("a", payload)
    assert peer.data("a") == payload


def test_a_ping_is_answered_with_its_sequence(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.send("a", b"x")
    peer.control("ping", channel="a", sequence=1)
    assert peer.data("a") == b"x"
    assert peer.expect("pong", "a")["sequence"] == 1


def test_done_ends_it(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.send("a", b"last")
    assert peer.data("a") == b"last"
    peer.done("a")
    peer.expect("done", "a")
    assert "problem" not in peer.expect("close", "a")


def test_close_is_answered_with_close(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.close("a")
    assert "problem" not in peer.expect("close", "a")


def test_close_with_a_problem_is_answered_with_close(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.control("close", channel="a", problem="disconnected")
    peer.expect("close", "a")


def test_text_that_is_no_utf8_closes_the_channel(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.send("a", b"foo\xff\xfe")
    peer.refused("a", "protocol-error")


def test_options_are_not_for_every_channel(peer: Peer) -> None:
    peer.opened("a", "echo")
    peer.control("options", channel="a", window={})
    peer.refused("a", "not-supported", message='This channel does not implement "options"')


@pytest.mark.parametrize("binary", [True, "base64", 3, ""])
def test_binary_has_one_value(peer: Peer, binary: object) -> None:
    peer.open("a", "echo", binary=binary)
    peer.refused("a", "protocol-error")


def test_unknown_options_are_ignored(peer: Peer) -> None:
    peer.opened("a", "echo", capabilities=[], internal="no", **{"init-superuser": "any", "temp-session": True})


def test_null_stays_open(peer: Peer) -> None:
    peer.opened("n", "null")
    peer.barrier()
    peer.assert_quiet("n")
    peer.close("n")
    assert "problem" not in peer.expect("close", "n")


def test_null_ignores_data(peer: Peer) -> None:
    peer.opened("n", "null")
    peer.send("n", b"whatever")
    peer.barrier()
    peer.assert_quiet("n")
