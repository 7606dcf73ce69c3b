"""Group D: a person's websocket.

| case | test |
|------|------|
| 33 | test_d33_a_console_at_an_ipv6_address, test_handshakes, test_what_is_no_handshake |
| 34 | test_the_suite_finds_nothing, test_a_stream_may_be_cut_anywhere, \
test_the_connection_ends_with_the_word_and_is_not_reset |
| 35 | test_35_what_breaks_the_rules_is_told_its_code, test_text_that_is_split_within_a_character |
| 36 | test_36_compression_is_not_agreed_on |
| 37 | test_37_too_much_is_1009_and_no_memory, test_pieces_without_end_hold_no_memory |
| 38 | test_d38_what_breaks_the_protocol_costs_its_own_socket, test_d38_what_is_odd_is_ignored, \
test_what_breaks_the_protocol_is_fatal |
| 40 | test_d40_commands_that_mean_nothing_here, test_d40_a_logout_with_junk_is_a_logout |
| 41 | test_d41_who_does_not_read_is_no_burden, test_d41_who_reads_slowly_is_not_cut, \
test_d41_a_bridge_that_does_not_read_slows_its_page, test_a_slow_reader_is_paused_for_and_then_let_go |
| 42 | test_d42_who_vanishes_without_a_word_is_let_go, test_a_socket_that_answers_nothing_is_let_go |
| 43 | test_d43_a_flood_keeps_nobody_else_waiting, test_d43_one_who_opens_and_closes_without_end |
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from testbed.console import Console
from testbed.processes import wait_until
from testbed.raw_web import RawWebSocket, client_frame

from bridge.testing.console import Console as PlainConsole

TESTS = str(Path(__file__).parents[2])


def text(message: bytes) -> bytes:
    return client_frame(0x81, message)


def test_d33_a_console_at_an_ipv6_address(tmp_path: Path) -> None:
    """Its host is in brackets, and so is the origin."""
    console = Console(tmp_path, arguments=["--address", "::1"])
    try:
        with RawWebSocket(console.port, "/cockpit/socket", address="::1") as socket:
            assert socket.until("init")["problem"] == "no-session"
    finally:
        console.stop()


def test_d38_what_breaks_the_protocol_costs_its_own_socket(target: Any) -> None:
    good = b'\n{"command":"init","version":1}'
    for messages in (
        [b'\n{"command":"open","channel":"a","payload":"echo"}'],
        [b'\n{"command":"init","version":2}'],
        [b'\n{"command":"init","version":"1"}'],
        [b'\n{"command":"init","version":true}'],
        [b'\n{"command":"init"}'],
        [good, b"\nnot json"],
        [good, b"\n[1,2]"],
        [good, b"\n5"],
        [good, b"\nnull"],
        [good, b"\n"],
        [good, b"\n{}"],
        [good, b'\n{"command":5}'],
        [good, b'\n{"command":"open","payload":"echo"}'],
        [good, b'\n{"command":"open","channel":"","payload":"echo"}'],
        [good, b'\n{"command":"open","channel":5,"payload":"echo"}'],
        [good, b'\n{"command":"open","channel":"a\\nb","payload":"echo"}'],
        [good, b'\n{"command":"open","channel":"\\ud800","payload":"echo"}'],
        [good, b'\n{"command":"open","channel":"0:1","payload":"echo"}'],
        [good, b'\n{"command":"open","channel":"' + b"x" * 300 + b'","payload":"echo"}'],
        [good, b'\n{"command":"x","a":NaN}'],
        [good, b'\n{"command":"x","a":1e999}'],
        [good, b'\n{"command":"x","a":' + b"9" * 5000 + b"}"],
        [good, b"\n" + b"[" * 100_000],
        [good, b'\n{"command":"x","a":' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}"],
        [good, b'\n{"command":"x","a":"' + b"y" * 200_000 + b'"}'],
        [good, "grü\nx".encode()],
        [good, b'\n{"command":"kill","host":5}'],
        [good, b'\n{"command":"close"}'],
    ):
        with target.socket() as sibling:
            with RawWebSocket(target.port, "/cockpit/socket", f"Cookie: {target.cookie}") as socket:
                assert "problem" not in socket.until("init")
                socket.send(*map(text, messages))
                assert socket.until("close")["problem"] in ("protocol-error", "not-supported"), messages
                assert socket.close_code() == 1011, messages
            assert sibling.echo_works() < 5, messages


def test_d38_what_is_odd_is_ignored(target: Any) -> None:
    with target.socket() as socket:
        socket.send(
            text(b""),
            text(b"no newline at all"),
            text(b"nobody\nknows this channel"),
            text(b'\n{"command":"unheard-of"}'),
            text(b'\n{"command":"unheard-of","channel":"nobody"}'),
            text(b'\n{"command":"ping","ping":{"command":"ping"},"command":"ping"}'),
            client_frame(0x82, b"nobody\n\xff\xfe"),
        )
        assert socket.echo_works() < 5


def test_d40_commands_that_mean_nothing_here(target: Any) -> None:
    with target.socket() as socket:
        for message in (
            {"command": "kill", "group": ""},
            {"command": "kill", "host": "", "group": ""},
            {"command": "kill", "host": "nowhere.invalid"},
            {"command": "kill", "group": "nobody"},
            {"command": "authorize"},
            {"command": "authorize", "cookie": "nobody's", "response": "x"},
            {"command": "authorize", "cookie": 5, "response": []},
            {"command": "ping", "sequence": {"a": [1, {"b": None}]}},
            {"command": "ping", "channel": "nobody"},
            {"command": "pong"},
            {"command": "options", "channel": "nobody", "x": 1},
            {"command": "done", "channel": "nobody"},
            {"command": "close", "channel": "nobody"},
            {"command": "hint", "hint": 5},
        ):
            socket.control(**message)
            assert socket.echo_works() < 5, message


def test_d40_a_logout_with_junk_is_a_logout(target: Any) -> None:
    cookie, _ = target.log_in()
    with target.socket(cookie) as socket:
        socket.control(command="logout", disconnect="perhaps", host=5, reason=[])
        assert socket.close_code() == 1001


def test_d41_who_does_not_read_is_no_burden(target: Any) -> None:
    """With flow control and without: little memory, and everybody else is served meanwhile."""
    for options in ({}, {"flow-control": True}):
        with target.socket() as slow, target.socket() as sibling:
            sibling.echo_works()
            before = target.memory()
            slow.open("stream", spawn=["yes"], binary="raw", **options)
            peak, took = 0, 0.0
            for _ in range(20):
                took = max(took, sibling.echo_works())
                peak = max(peak, target.memory() - before)
            assert peak < 8 * 1024 * 1024, options
            assert took < 2, options
            if not options:
                wait_until(
                    lambda: "closed a socket: the data was not read in time" in target.console.output, "it is cut"
                )


def test_d41_who_reads_slowly_is_not_cut(target: Any) -> None:
    """More is behind than is kept, and none of it flow-controlled, but it goes on."""
    size = 12 * 1024 * 1024
    with target.socket() as slow:
        spawn = ["head", "-c", str(size), "/dev/zero"]
        slow.open("stream", spawn=spawn, binary="raw")
        pause = threading.Event()
        received = 0
        while received < size:
            pause.wait(0.02)
            chunk = slow.connection.recv(256 * 1024)
            assert chunk, "it was cut"
            received += len(chunk)


VANISHING = """
import sys
from ws_gateway.sockets import keepalive
assert 5 * keepalive.PULSE + 5 <= 60
keepalive.PULSE = 0.5
sys.argv[0] = "pilothouse"
from ws_gateway.__main__ import main
sys.exit(main())
"""


def test_d42_who_vanishes_without_a_word_is_let_go(tmp_path: Path) -> None:
    """Every packet is lost from one moment on: nothing but the missing answers to pings tells."""
    if os.getuid() != 0:
        pytest.skip("needs root")
    network = subprocess.Popen(["unshare", "--net", "--", "sh", "-c", "ip link set lo up && echo up && exec cat"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert network.stdin
    assert network.stdout
    assert network.stdout.readline() == b"up\n"
    inside = ["nsenter", f"--net=/proc/{network.pid}/ns/net", "--"]
    console = PlainConsole(tmp_path, program=[*inside, sys.executable, "-c", VANISHING])
    try:
        talking = subprocess.Popen(
            [*inside, sys.executable, "-c", CLIENT, console.link, TESTS], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        assert talking.stdout
        assert talking.stdin
        assert talking.stdout.readline() == b"greeted\n"
        assert established(console) == 1
        subprocess.run([*inside, "ip", "link", "set", "lo", "down"], check=True)
        wait_until(lambda: established(console) == 0, "the connection is given up", 30)
        talking.stdin.close()
        talking.wait(10)
        talking.stdout.close()
        console.stop()
    finally:
        console.kill()
        network.stdin.close()
        network.wait(10)
        network.stdout.close()


CLIENT = r"""
import re, sys
sys.path.insert(0, sys.argv[2])
from testbed.raw_web import RawWebSocket, get
port, token = re.search(r":(\d+)/#token=(.+)", sys.argv[1]).groups()
answer = get(int(port), "/cockpit/login", f"Authorization: Bearer {token}").decode()
cookie = re.search(r"Set-Cookie: ([^;]+)", answer)[1]
with RawWebSocket(int(port), "/cockpit/socket", f"Cookie: {cookie}") as socket:
    socket.init()
    print("greeted", flush=True)
    sys.stdin.read()
"""


def established(console: PlainConsole) -> int:
    """How many connections the gateway itself holds to clients."""
    pid = console.process.pid
    held = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()}
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[3] != "0A" and f"socket:[{row[9]}]" in held)


def test_d43_a_flood_keeps_nobody_else_waiting(target: Any) -> None:
    """200,000 empty messages and 50,000 pings, while somebody else waits for an echo."""
    with target.socket() as flooder, target.socket() as other:
        over = threading.Event()

        def flood() -> None:
            try:
                for _ in range(20):
                    flooder.send(text(b"") * 10_000)
                for _ in range(10):
                    flooder.send(client_frame(0x89, b"p") * 5000)
            finally:
                over.set()

        thread = threading.Thread(target=flood)
        thread.start()
        took = []
        while not over.is_set() or len(took) < 5:
            took.append(other.echo_works())
        thread.join()
        assert sorted(took)[len(took) // 2] < 1, took
        assert flooder.pong() == b"p"


def test_d43_one_who_opens_and_closes_without_end(target: Any) -> None:
    with target.socket() as churner, target.socket() as other:
        churn = b"".join(
            text(b"\n" + json.dumps({"command": command, "channel": f"c{number}", "payload": "echo"}).encode())
            for number in range(2000)
            for command in ("open", "close")
        )
        churner.send(churn)
        assert other.echo_works() < 5
        assert churner.echo_works() < 20


def test_d41_a_bridge_that_does_not_read_slows_its_page(target: Any, stopped: list[int]) -> None:
    """The page's data waits in the page; the gateway holds little of it, and another session is not touched."""
    before = set(target.bridges())
    cookie, _ = target.log_in()
    (bridge,) = set(target.bridges()) - before
    with target.socket(cookie) as socket, target.socket() as other:
        channel = socket.open("echo")
        socket.until("ready")
        memory = target.memory()
        stopped.append(bridge)
        os.kill(bridge, signal.SIGSTOP)
        socket.connection.settimeout(0.5)
        sent = 0
        started = time.monotonic()
        try:
            while time.monotonic() - started < 5:
                socket.connection.sendall(client_frame(0x82, f"{channel}\n".encode() + b"x" * 60_000))
                sent += 60_000
        except TimeoutError:
            pass
        assert sent < 32 * 1024 * 1024
        assert target.memory() - memory < 8 * 1024 * 1024
        assert other.echo_works() < 5
        os.kill(bridge, signal.SIGCONT)
    with target.socket(cookie) as socket:
        socket.control(command="logout", disconnect=True)
        assert socket.close_code() == 1001
