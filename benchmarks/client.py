"""A blocking client of any bridge, quick enough not to be what is measured."""

import os
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from conversation import PATIENCE, Conversation


def memory_of(pid: int) -> float:
    """Proportional set size of a process in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Client(Conversation):
    """One bridge process and its frames."""

    def __init__(self, command: Sequence[str], environ: dict[str, str]) -> None:
        super().__init__()
        started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | environ,
            bufsize=0,
        )
        assert self.process.stdin
        assert self.process.stdout
        self._in, self._out = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._buffer = bytearray()
        self._position = 0
        self.message()
        self.startup = time.perf_counter() - started
        self.control(command="init", version=1, host="localhost", superuser=False)

    def message(self) -> tuple[str, bytes]:
        """The next frame."""
        while True:
            newline = self._buffer.find(b"\n", self._position, self._position + 12)
            if newline >= 0:
                end = newline + 1 + int(self._buffer[self._position : newline])
                if len(self._buffer) >= end:
                    break
            self._fill()
        border = self._buffer.index(b"\n", newline + 1)
        channel, payload = self._buffer[newline + 1 : border].decode(), bytes(self._buffer[border + 1 : end])
        self._position = end
        if self._position > 1 << 20:
            del self._buffer[: self._position]
            self._position = 0
        return channel, payload

    def send(self, channel: str, payload: bytes) -> None:
        """Send a frame, reading meanwhile: otherwise two full pipes would wait for each other."""
        message = channel.encode() + b"\n" + payload
        view = memoryview(b"%d\n%b" % (len(message), message))
        while view:
            try:
                view = view[os.write(self._in, view) :]
            except BlockingIOError:
                if select.select([self._out], [self._in], [], PATIENCE)[0]:
                    self._fill()

    def memory(self) -> float:
        """Proportional set size in MiB."""
        return memory_of(self.process.pid)

    def close(self) -> None:
        """End the bridge."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _fill(self) -> None:
        if not select.select([self._out], [], [], PATIENCE)[0]:
            raise TimeoutError("the bridge does not answer")
        chunk = os.read(self._out, 1 << 18)
        if not chunk:
            raise EOFError("the bridge ended")
        self._buffer += chunk
