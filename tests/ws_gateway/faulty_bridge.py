"""Bridges with faults that a sound one cannot be made to have; argv[1] names the fault.

Every one of them is a program of its own that knows nothing but the frames of the protocol.
"""

import json
import os
import signal
import sys


def send(message: bytes) -> None:
    data = b"%d\n%b" % (len(message), message)
    while data:
        data = data[os.write(1, data) :]


def control(**members: object) -> None:
    send(b"\n" + json.dumps(members).encode())


def receive() -> bytes:
    digits = b""
    while not digits.endswith(b"\n"):
        digit = os.read(0, 1)
        if not digit:
            sys.exit(0)
        digits += digit
    message = b""
    while len(message) < int(digits):
        message += os.read(0, int(digits) - len(message))
    return message


def received_open() -> dict[str, object]:
    while True:
        message = receive()
        if message.startswith(b"\n") and (found := json.loads(message))["command"] == "open":
            return found


def silent() -> None:
    """Says nothing, until its stdin ends."""
    while os.read(0, 4096):
        pass


def garbage() -> None:
    os.write(1, b"Welcome to this machine!\n")
    silent()


def quits() -> None:
    sys.stderr.write("no room left\x1b[31m\n")
    sys.exit(3)


def absent() -> None:
    sys.exit(127)


def version2() -> None:
    control(command="init", version=2)
    silent()


def problem() -> None:
    control(command="init", problem="access-denied", message="not on Sundays")
    silent()


def detailed() -> None:
    """Says much about why it does not start, and something that is nobody else's business."""
    results = {"password": "denied", "public-key": "not-tried"}
    more = {"auth-method-results": results, "unsupported": "old", "user": "anna", "secret": "x"}
    control(command="init", problem="authentication-failed", message="no", **more)
    silent()


def stubborn() -> None:
    """Ignores the end of its stdin and SIGTERM, and has a child that does the same."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.fork()
    control(command="init", version=1)
    while True:
        signal.pause()


def deaf() -> None:
    """Never reads."""
    control(command="init", version=1)
    while True:
        signal.pause()


def dies() -> None:
    """Dies in the middle of a file: after its head, some of the body and half a frame."""
    control(command="init", version=1)
    channel = str(received_open()["channel"]).encode()
    send(channel + b"\n" + json.dumps({"status": 200, "reason": "OK", "headers": {}}).encode())
    send(channel + b"\nhalf of it")
    os.write(1, b"1000\n" + channel)
    # What is left unread in our socket would make its end a reset, which may overtake what was sent.
    receive()
    receive()
    os.kill(os.getpid(), signal.SIGKILL)


def floods() -> None:
    """Answers an open with data without end or flow control."""
    control(command="init", version=1)
    channel = str(received_open()["channel"]).encode()
    while True:
        send(channel + b"\n" + b"x" * 65536)


def talks() -> None:
    """Answers each open with what is wrong in some way, then a good frame."""
    control(command="init", version=1, capabilities={"explicit-superuser": True}, checksum="a" * 64)
    while True:
        message = receive()
        if not message.startswith(b"\n"):
            continue
        said = json.loads(message)
        if said["command"] == "init":
            send(b"nobody\nknows this channel")
            send(b"\nnot json")
            send(b"no channel line")
            control(command="ping", number=7)
            control(command="authorize", cookie="c", challenge="plain1:")
        elif said["command"] in ("pong", "authorize"):
            sys.stderr.write(f"got {json.dumps(said, sort_keys=True)}\n")
        elif said["command"] == "open" and said["payload"] == "text":
            send(str(said["channel"]).encode() + b"\n\xff\xfe")
        elif said["command"] == "open" and said["payload"] == "http-stream1":
            head = {"status": 200, "reason": "OK", "headers": {"X-Bad": "a\r\nSet-Cookie: b=c"}}
            send(str(said["channel"]).encode() + b"\n" + json.dumps(head).encode())
        elif said["command"] == "open":
            send(str(said["channel"]).encode() + b"\n" + message[1:])


globals()[sys.argv[1]]()
