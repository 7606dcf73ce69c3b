"""`stream` with `spawn`: processes (reference 2.6)."""

import os
import signal
from pathlib import Path

import pytest
from compat.driver import Peer
from testbed.processes import wait_until


def script(text: str, *arguments: str) -> list[str]:
    return ["/bin/sh", "-c", text, "--", *arguments]


def test_output_and_exit_status(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["echo", "hello"])
    assert peer.data("p") == b"hello\n"
    peer.expect("done", "p")
    close = peer.expect("close", "p")
    assert close["exit-status"] == 0
    assert "problem" not in close


def test_ready_names_the_process(peer: Peer) -> None:
    ready = peer.opened("p", "stream", spawn=script("echo $$"))
    assert int(peer.data("p")) == ready["pid"]


def test_a_failure_tells_its_status_and_what_it_said(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("echo out; echo oops >&2; exit 5"), err="message")
    data, close = peer.until("close", "p")
    assert data == b"out\n"
    assert close["exit-status"] == 5
    assert close["message"] == "oops\n"
    assert "problem" not in close


def test_stderr_is_the_message_by_default(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("echo oops >&2"))
    data, close = peer.until("close", "p")
    assert (data, close["message"]) == (b"", "oops\n")


def test_stderr_among_the_output(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("echo out; echo oops >&2"), err="out")
    data, close = peer.until("close", "p")
    assert data == b"out\noops\n"
    assert "message" not in close


def test_stderr_ignored(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("echo out; echo oops >&2"), err="ignore")
    data, close = peer.until("close", "p")
    assert data == b"out\n"
    assert "message" not in close


def test_a_signal_is_a_negative_status(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("kill -9 $$"))
    _, close = peer.until("close", "p")
    assert close["exit-status"] == -signal.SIGKILL


def test_a_signal_has_a_name(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("kill -9 $$"))
    _, close = peer.until("close", "p")
    assert close["exit-signal"] == "KILL"


def test_input_until_done(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["sort"])
    peer.send("p", b"b\n")
    peer.send("p", b"a\n")
    peer.done("p")
    data, close = peer.until("close", "p")
    assert data == b"a\nb\n"
    assert close["exit-status"] == 0


def test_input_that_nobody_reads_harms_nothing(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("exec <&-; echo deaf; sleep 0.1; exit 3"))
    assert peer.data("p") == b"deaf\n"
    for _ in range(10):
        peer.send("p", b"x" * 65536)
    _, close = peer.until("close", "p")
    assert close["exit-status"] == 3


def test_closing_the_channel_terminates_the_process(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("trap 'echo got TERM; exit 0' TERM; echo $$; while :; do sleep 0.05; done"))
    pid = int(peer.data("p"))
    peer.close("p")
    peer.until("close", "p")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the process ends")


def test_the_answer_to_close_comes_without_problem(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["cat"])
    peer.close("p")
    _, close = peer.until("close", "p")
    assert "problem" not in close


@pytest.mark.parametrize("pty", [False, True])
def test_a_missing_program(peer: Peer, pty: bool) -> None:
    peer.open("p", "stream", spawn=["/nonexistent/program"], pty=pty)
    peer.refused("p", "not-found")


def test_a_missing_program_with_exit_status(peer: Peer) -> None:
    peer.open("p", "stream", spawn=["/nonexistent/program"])
    _, close = peer.until("close", "p")
    assert close["problem"] == "not-found"


def test_a_program_that_may_not_run(peer: Peer, folder: Path) -> None:
    file = folder / "program"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o644)
    peer.open("p", "stream", spawn=[str(file)])
    peer.refused("p", "access-denied")


def test_a_working_folder(peer: Peer, folder: Path) -> None:
    peer.opened("p", "stream", spawn=["pwd"], directory=str(folder))
    data, _ = peer.until("close", "p")
    assert data == f"{folder}\n".encode()


def test_a_working_folder_that_is_missing(peer: Peer, folder: Path) -> None:
    peer.open("p", "stream", spawn=["pwd"], directory=f"{folder}/missing")
    _, close = peer.until("close", "p")
    assert close["problem"] == "not-found"


def test_the_environment_is_added_to(peer: Peer, environ: dict[str, str]) -> None:
    peer.opened("p", "stream", spawn=script('echo "$FOO:$HOME"'), environ=["FOO=a=b"])
    data, _ = peer.until("close", "p")
    assert data.startswith(b"a=b:/")


def test_a_bad_environment_entry(peer: Peer) -> None:
    peer.open("p", "stream", spawn=["true"], environ=["nonsense"])
    peer.refused("p", "protocol-error")


@pytest.mark.parametrize(
    "options",
    [
        {"spawn": "true"},
        {"spawn": [1]},
        {"spawn": ["true"], "err": "elsewhere"},
        {"spawn": ["true"], "environ": "A=B"},
        {"spawn": ["true"], "directory": 5},
        {"spawn": ["true"], "pty": "yes"},
        {"spawn": ["cat"], "pty": True, "window": {"rows": "many", "cols": 80}},
    ],
    ids=lambda options: ",".join(f"{key}={value}" for key, value in options.items()).replace("-", "_"),
)
def test_bad_options(peer: Peer, options: dict[str, object]) -> None:
    peer.open("p", "stream", **options)
    peer.refused("p", "protocol-error")


def test_no_program_at_all(peer: Peer) -> None:
    peer.open("p", "stream", spawn=[])
    peer.refused("p", "protocol-error")


def test_binary_output(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["head", "-c", "300000", "/dev/zero"], binary="raw")
    data, _ = peer.until("close", "p")
    assert data == bytes(300_000)


def test_text_output_that_is_no_utf8(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["printf", r"foo\377bar"])
    _, close = peer.until("close", "p")
    assert close["problem"] == "protocol-error"


def test_characters_are_never_cut(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script(r"printf '\303'; sleep 0.1; printf '\274'"))
    data, close = peer.until("close", "p")
    assert data.decode() == "ü"
    assert "problem" not in close


def test_text_that_ends_within_a_character(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["printf", r"\303"])
    _, close = peer.until("close", "p")
    assert close["problem"] == "protocol-error"


def test_a_terminal(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("test -t 0 && test -t 1 && test -t 2 && tty"), pty=True)
    data, close = peer.until("close", "p")
    assert data.startswith(b"/dev/pts/")
    assert close["exit-status"] == 0


def test_a_terminal_has_its_first_size(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["stty", "size"], pty=True, window={"rows": 33, "cols": 77})
    data, _ = peer.until("close", "p")
    assert data == b"33 77\r\n"


def test_a_terminal_is_resized(peer: Peer) -> None:
    waits = "trap 'stty size; exit' WINCH; echo up; while :; do sleep 0.05; done"
    peer.opened("p", "stream", spawn=script(waits), pty=True, window={"rows": 33, "cols": 77})
    assert peer.data("p") == b"up\r\n"
    peer.control("options", channel="p", window={"rows": 1000, "cols": 2000})
    data, _ = peer.until("close", "p")
    assert data == b"1000 2000\r\n"


def test_a_terminal_leads_its_session(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("cut -d' ' -f6,7 /proc/$$/stat; echo $$; exec cat"), pty=True)
    text = b""
    while text.count(b"\r\n") < 2:
        text += peer.data("p")
    (session, tty), (pid,) = [line.split() for line in text.splitlines()[:2]]
    assert session == pid
    assert int(tty) != 0
    peer.close("p")
    peer.until("close", "p")


def test_a_terminal_takes_input(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("read line; echo got $line"), pty=True)
    peer.send("p", b"something\r")
    data, close = peer.until("close", "p")
    assert b"got something\r\n" in data
    assert close["exit-status"] == 0


def test_closing_a_terminal_hangs_up(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=script("echo $$; exec sleep 1000"), pty=True)
    pid = int(peer.data("p"))
    peer.close("p")
    peer.until("close", "p")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the process ends")


def test_children_have_no_descriptors_of_the_bridge(peer: Peer) -> None:
    peer.opened("other", "stream", spawn=["cat"])
    peer.opened("p", "stream", spawn=["ls", "/proc/self/fd"])
    data, _ = peer.until("close", "p")
    assert data.split() == [b"0", b"1", b"2", b"3"]


def test_signals_are_as_usual_in_children(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"])
    data, _ = peer.until("close", "p")
    blocked, ignored = (int(line.split()[1], 16) for line in data.splitlines())
    # One signal that the C library keeps for itself may be ignored by whoever started the tests.
    assert (blocked, ignored & ~(1 << 31)) == (0, 0)


def test_a_hundred_processes(peer: Peer) -> None:
    for number in range(100):
        peer.open(f"p{number}", "stream", spawn=["echo", str(number)])
    for number in range(100):
        data, close = peer.until("close", f"p{number}")
        assert (data, close["exit-status"]) == (f"{number}\n".encode(), 0)


def test_the_user_is_the_bridges_own(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["id", "-u"])
    data, _ = peer.until("close", "p")
    assert int(data) == os.geteuid()
