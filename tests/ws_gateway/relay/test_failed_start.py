"""A bridge's end in words."""

import socket

import pytest

from ws_gateway.relay.failed_start import LAST_WORDS_MAX, describe_exit, failed_start, has_unread


def test_an_exit_in_words() -> None:
    assert describe_exit(None) == "closed its output"
    assert describe_exit(3) == "exited with status 3"
    assert describe_exit(-9) == "was ended by signal 9"


@pytest.mark.parametrize(
    ("status", "words", "code", "message"),
    [
        (1, b"no room left\r", "terminated", "the bridge exited with status 1 before it said anything: no room left"),
        (127, b"", "no-cockpit", "the bridge exited with status 127 before it said anything; see the log"),
        (
            -11,
            b"a\x1b[31m\0\xff",
            "terminated",
            "the bridge was ended by signal 11 before it said anything: a\\x1b[31m\\x00\ufffd",
        ),
    ],
)
def test_its_last_words_are_safe_to_show(status: int, words: bytes, code: str, message: str) -> None:
    problem = failed_start(status, words)
    assert (problem.code, problem.message) == (code, message)


def test_whose_end_it_was() -> None:
    assert failed_start(2, b"", "the bridge on far").message.startswith("the bridge on far exited with status 2 before")


def test_what_the_other_side_has_not_read_yet() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not has_unread(ours)
        ours.sendall(b"x")
        assert has_unread(ours)
        assert theirs.recv(10) == b"x"
        assert not has_unread(ours)


def test_last_words_are_as_long_as_a_sentence() -> None:
    message = failed_start(1, b"x" * 5000).message
    assert message.count("x") == LAST_WORDS_MAX + "exited".count("x")
