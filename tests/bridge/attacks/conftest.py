"""A real `python -I -m bridge`, driven over pipes by a client that reads only when it is told to."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol import Control, Data, Deframer, Event, decode, encode_control, frame

PATIENCE = 20.0


class RealBridge:
    """One bridge process. Nothing is read of it unless a test asks for it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin
        assert process.stdout
        self.process = process
        self.pid = process.pid
        self.stdin = process.stdin.fileno()
        self.stdout = process.stdout.fileno()
        os.set_blocking(self.stdin, False)
        os.set_blocking(self.stdout, False)
        self._deframer = Deframer()
        self._events: deque[Event] = deque()

    async def write(self, data: bytes, *, reading: bool = True) -> None:
        """Write all of `data`, reading meanwhile what comes; without `reading`, what is taken within a second."""
        view, until = memoryview(data), time.monotonic() + (PATIENCE if reading else 1.0)
        while view and time.monotonic() < until:
            try:
                view = view[os.write(self.stdin, view) :]
            except BlockingIOError:
                if reading:
                    self._read_some()
                await asyncio.sleep(0.001)
        assert not view or not reading, "the bridge does not take its input"

    async def control(self, command: str, channel: str | None = None, **members: Any) -> None:
        message = {"command": command} | ({"channel": channel} if channel else {}) | members
        await self.write(frame(encode_control(message)))

    async def data(self, channel: str, payload: bytes) -> None:
        await self.write(frame(channel.encode() + b"\n" + payload))

    async def next(self, matches: Callable[[Event], bool] = lambda _: True) -> Event:
        """The next event that matches; others are dropped."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            while self._events:
                event = self._events.popleft()
                if matches(event):
                    return event
            if not self._read_some():
                await asyncio.sleep(0.001)
        raise AssertionError("what was expected did not come")

    async def command(self, command: str, channel: str | None = None) -> dict[str, Any]:
        event = await self.next(lambda e: isinstance(e, Control) and (e.command, e.channel) == (command, channel))
        assert isinstance(event, Control)
        return event.message

    async def save(self, path: Path, *blocks: bytes, **options: Any) -> dict[str, Any]:
        """The `close` of an `fsreplace1` channel `save` that was sent `blocks`."""
        await self.control("open", "save", payload="fsreplace1", path=str(path), **options)
        for block in blocks:
            await self.data("save", block)
        await self.control("done", "save")
        return await self.command("close", "save")

    async def is_alive(self) -> bool:
        """Whether a new echo channel works."""
        await self.control("open", "alive", payload="echo")
        await self.data("alive", b"?")
        await self.next(lambda e: isinstance(e, Data) and e.channel == "alive")
        await self.control("close", "alive")
        await self.command("close", "alive")
        return True

    async def exit_status(self, within: float) -> int:
        """The exit status; the rest of the output is read."""
        until = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < until, f"the bridge did not end within {within} s"
            with contextlib.suppress(OSError):
                os.read(self.stdout, 1 << 18)
            await asyncio.sleep(0.01)
        return self.process.returncode

    def rss(self) -> int:
        """Bytes of memory of its own (smaps_rollup, Pss: shared pages count in part)."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no Pss_Anon")

    def cpu(self) -> float:
        """Seconds of processor time."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def settled_rss(self) -> int:
        """The memory once the bridge has come to rest."""
        before = -1.0
        while (now := self.cpu()) != before:
            before = now
            await asyncio.sleep(0.3)
        return self.rss()

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def threads(self) -> list[int]:
        return [int(task.name) for task in Path(f"/proc/{self.pid}/task").iterdir()]

    def children(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def _read_some(self) -> bool:
        try:
            chunk = os.read(self.stdout, 1 << 18)
        except BlockingIOError:
            return False
        if not chunk:
            raise AssertionError(f"the bridge ended with {self.process.poll()}")
        self._events.extend(decode(message) for message in self._deframer.feed(chunk))
        return True


@contextlib.asynccontextmanager
async def running(
    *prefix: str,
    arguments: tuple[str, ...] = (),
    environ: dict[str, str] | None = None,
    stderr: int = subprocess.DEVNULL,
) -> AsyncIterator[RealBridge]:
    process = subprocess.Popen(  # noqa: ASYNC220 - the pipes are the test's own to read or to leave
        [*prefix, sys.executable, "-I", "-m", "bridge", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=dict(os.environ) | (environ or {}),
    )
    with process:
        try:
            bridge = RealBridge(process)
            assert json.dumps(await bridge.command("init"))
            await bridge.control("init", version=1, host="localhost", superuser=False)
            yield bridge
        finally:
            if process.stdin:
                process.stdin.close()
            with contextlib.suppress(AssertionError):
                await bridge.exit_status(6)
            process.kill()


@pytest.fixture
async def real() -> AsyncIterator[RealBridge]:
    async with running() as bridge:
        yield bridge


@pytest.fixture
def start_real() -> Callable[..., contextlib.AbstractAsyncContextManager[RealBridge]]:
    return running
