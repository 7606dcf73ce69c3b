"""A privileged bridge for tests, no more privileged than its caller: pseudo_bridge.py [PASSWORD].

With a password it asks for it first, as sudo -A does: through the program that SUDO_ASKPASS names. Then it speaks
`init`, and each of its channels echoes, after it has said who it is.
"""

import json
import os
import subprocess
import sys


def read_frame() -> bytes | None:
    digits = sys.stdin.buffer.readline()
    return sys.stdin.buffer.read(int(digits)) if digits else None


def say(channel: str, payload: bytes) -> None:
    body = channel.encode() + b"\n" + payload
    sys.stdout.buffer.write(b"%d\n%b" % (len(body), body))
    sys.stdout.buffer.flush()


def control(**members: object) -> None:
    say("", json.dumps(members).encode())


def serve() -> None:
    control(command="init", version=1)
    while (frame := read_frame()) is not None:
        channel, _, payload = frame.partition(b"\n")
        if channel:
            say(channel.decode(), payload)
            continue
        message = json.loads(payload)
        name = message.get("channel")
        match message["command"]:
            case "open":
                control(command="ready", channel=name)
                say(name, b"pseudo")
            case "done":
                control(command="done", channel=name)
                control(command="close", channel=name)
            case "close":
                control(command="close", channel=name)


def ask() -> str:
    asked = subprocess.run([os.environ["SUDO_ASKPASS"], "can haz pw?"], stdout=subprocess.PIPE, text=True, check=False)
    return asked.stdout.rstrip("\n")


if __name__ == "__main__":
    if sys.argv[1:] and ask() != sys.argv[1]:
        sys.exit("pseudo says: bad password")
    serve()
