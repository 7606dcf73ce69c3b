"""A client of any bridge: speaks frames over the stdio of a process, and keeps what comes until a test asks for it.

Written on its own, without the project's framing code: what both sides get wrong alike would not be found otherwise.
"""

import contextlib
import json
import os
import select
import subprocess
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

PATIENCE = 10.0
"""Seconds that a test waits for what it expects."""
ENDS_WITHIN = 8.0
"""Seconds that a bridge may take to end after its input has."""
_LENGTH_DIGITS = 8
_READ_SIZE = 1 << 18

JsonObject = dict[str, Any]


class Data(NamedTuple):
    """A data message."""

    payload: bytes


class Control(NamedTuple):
    """A control message."""

    command: str
    message: JsonObject


class Peer:
    """A running bridge as its client sees it. It has said `init`; so has the client, unless made with `init=None`.

    What is expected and does not come within `patience` seconds raises AssertionError, as does anything else.
    Between the messages of one channel the order is kept; what different channels sent is not compared.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        *,
        patience: float = PATIENCE,
        stderr: Path,
        pass_fds: Sequence[int] = (),
        init: JsonObject | None = None,
        quiet: bool = False,
    ) -> None:
        """`init` are more members of the client's `init`; with `quiet` it sends none."""
        self._patience = patience
        self._stderr = stderr
        with stderr.open("wb") as errors:
            self._process = subprocess.Popen(
                argv, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, pass_fds=pass_fds
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._stdin, False)
        self._buffer = bytearray()
        self._arrived: defaultdict[str, deque[Data | Control]] = defaultdict(deque)
        self.transcript: deque[str] = deque(maxlen=200)
        self.raw_first = b""
        self.init: JsonObject = {}
        try:
            self.init = self.expect("init", version=1)
            if not quiet:
                self.control("init", **({"version": 1, "host": "localhost", "superuser": False} | (init or {})))
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The process that was started (with a prefix such as nsenter: which has become the bridge)."""
        return self._process.pid

    @property
    def stderr(self) -> str:
        """What the bridge wrote to stderr so far."""
        return self._stderr.read_text(errors="replace")

    # Sending

    def control(self, command: str, **members: Any) -> None:
        """Send a control message."""
        self.send("", json.dumps({"command": command, **members}).encode())

    def send(self, channel: str, payload: bytes) -> None:
        """Send a message."""
        self._note("->", channel, payload)
        body = channel.encode() + b"\n" + payload
        self.send_raw(b"%d\n%b" % (len(body), body))

    def send_json(self, channel: str, value: Any) -> None:
        """Send a data message of JSON."""
        self.send(channel, json.dumps(value).encode())

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are, and read meanwhile what comes: a bridge may not take more before that."""
        view = memoryview(data)
        deadline = time.monotonic() + self._patience
        while view:
            readable, writable, _ = select.select([self._stdout], [self._stdin], [], _left(deadline))
            assert readable or writable, self._story("the bridge takes no more input")
            if readable and not self._receive() and not writable:
                raise AssertionError(self._story("the bridge has ended"))
            if writable:
                try:
                    view = view[os.write(self._stdin, view) :]
                except BrokenPipeError:
                    raise AssertionError(self._story("the bridge has closed its input")) from None

    def open(self, channel: str, payload: str, **options: Any) -> None:
        """Open a channel."""
        self.control("open", channel=channel, payload=payload, **options)

    def opened(self, channel: str, payload: str, **options: Any) -> JsonObject:
        """Open a channel, which must become ready: its `ready`."""
        self.open(channel, payload, **options)
        return self.expect("ready", channel)

    def done(self, channel: str) -> None:
        """Say that no more data comes."""
        self.control("done", channel=channel)

    def close(self, channel: str) -> None:
        """Close a channel."""
        self.control("close", channel=channel)

    # Receiving

    def next(self, channel: str = "", patience: float | None = None) -> Data | Control:
        """The next message of `channel`; without one, of the connection."""
        deadline = time.monotonic() + (self._patience if patience is None else patience)
        while not self._arrived[channel]:
            readable, _, _ = select.select([self._stdout], [], [], _left(deadline))
            if not readable:
                raise AssertionError(self._story(f"nothing came on channel {channel!r}"))
            if not self._receive():
                raise AssertionError(self._story(f"the bridge ended while channel {channel!r} was waited for"))
        return self._arrived[channel].popleft()

    def expect(self, command: str, channel: str = "", **members: Any) -> JsonObject:
        """The next message of `channel`, which must be the control message `command` with at least `members`."""
        event = self.next(channel)
        assert isinstance(event, Control), self._story(f"expected {command}, got data {event.payload[:300]!r}")
        assert event.command == command, self._story(f"expected {command}, got {event.message}")
        assert event.message | members == event.message, self._story(f"expected {members} in {event.message}")
        return event.message

    def data(self, channel: str) -> bytes:
        """The next message of `channel`, which must be data."""
        event = self.next(channel)
        assert isinstance(event, Data), self._story(f"expected data, got {event.message}")
        return event.payload

    def json(self, channel: str) -> Any:
        """The next message of `channel`, which must be data of JSON."""
        payload = self.data(channel)
        try:
            return json.loads(payload)
        except ValueError:
            raise AssertionError(self._story(f"expected JSON, got {payload[:300]!r}")) from None

    def until(self, command: str, channel: str) -> tuple[bytes, JsonObject]:
        """All data of `channel` up to the control message `command`, and that message. Its pings are answered."""
        data = bytearray()
        while True:
            event = self.next(channel)
            if isinstance(event, Data):
                data += event.payload
            elif event.command == "ping":
                self.control("pong", **{key: value for key, value in event.message.items() if key != "command"})
            elif event.command == command:
                return bytes(data), event.message
            else:
                allowed = ("ready", "done", "pong", "ack")
                assert event.command in allowed, self._story(f"expected {command}, got {event.message}")

    def refused(self, channel: str, problem: str, **members: Any) -> JsonObject:
        """`close` with `problem` as the very first message of `channel`."""
        return self.expect("close", channel, problem=problem, **members)

    def barrier(self) -> None:
        """Wait until the bridge has handled everything that was sent so far and said all it had at once to say."""
        self.opened("barrier", "echo")
        self.send("barrier", b"?")
        assert self.data("barrier") == b"?"
        self.close("barrier")
        self.until("close", "barrier")

    def assert_quiet(self, channel: str = "") -> None:
        """Nothing of `channel` has arrived that was not asked for; see `barrier`."""
        waiting = list(self._arrived[channel])
        assert waiting == [], self._story(f"channel {channel!r} should be quiet, but said {waiting!r:.300}")

    def waiting(self, channel: str) -> list[Data | Control]:
        """What arrived of `channel` and was not asked for; it is taken."""
        waiting = list(self._arrived[channel])
        self._arrived[channel].clear()
        return waiting

    # Ending

    def end_input(self) -> None:
        """Close the bridge's input, as the gateway's end does."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def wait(self, within: float = ENDS_WITHIN) -> int:
        """Read to the end, and give the exit status. The input must have ended, or end the bridge by what it said."""
        deadline = time.monotonic() + within
        while True:
            readable, _, _ = select.select([self._stdout], [], [], _left(deadline))
            assert readable, self._story("the bridge does not end")
            if not self._receive():
                break
        return self._process.wait(timeout=_left(deadline) + 1)

    def stop(self, within: float = ENDS_WITHIN) -> None:
        """End the bridge as a gateway does; it must do so by itself and without error. Safe after `wait`."""
        if self._process.returncode is not None:
            self.kill()
            return
        try:
            self.end_input()
            status = self.wait(within)
        finally:
            self.kill()
        assert status == 0, self._story(f"the bridge ended with status {status}")

    def kill(self) -> None:
        """Nothing is left of the process. Safe to call twice."""
        self.end_input()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _receive(self) -> bool:
        chunk = os.read(self._stdout, _READ_SIZE)
        self._buffer += chunk
        position = 0
        while (newline := self._buffer.find(b"\n", position, position + _LENGTH_DIGITS + 1)) >= 0:
            digits = bytes(self._buffer[position:newline])
            assert digits.isdigit(), self._story(f"not a frame length: {digits!r}")
            end = newline + 1 + int(digits)
            if len(self._buffer) < end:
                break
            self._keep(bytes(self._buffer[newline + 1 : end]))
            position = end
        del self._buffer[:position]
        return bool(chunk)

    def _keep(self, message: bytes) -> None:
        self.raw_first = self.raw_first or message
        name, newline, payload = message.partition(b"\n")
        assert newline, self._story(f"a message without a channel line: {message[:100]!r}")
        channel = name.decode()
        self._note("<-", channel, payload)
        if channel:
            self._arrived[channel].append(Data(payload))
            return
        body = json.loads(payload)
        self._arrived[body.get("channel", "")].append(Control(body["command"], body))

    def _note(self, arrow: str, channel: str, payload: bytes) -> None:
        text = payload[:400].decode(errors="backslashreplace")
        self.transcript.append(f"{arrow} {channel or '.'} {text}{'…' if len(payload) > 400 else ''}")

    def _story(self, what: str) -> str:
        errors = self.stderr[-2000:]
        return "\n".join([what, *list(self.transcript)[-25:], *(["stderr:", errors] if errors else [])])


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
