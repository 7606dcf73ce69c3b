"""`stream`: bytes to and from a process or a socket (reference 2.5, 2.6)."""

import asyncio
import contextlib
import fcntl
import os
import signal
import stat
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import FileIO
from typing import Any, Literal

from bridge.blocks import BLOCK_SIZE, WIDE_BLOCK
from bridge.channel import Channel
from bridge.connect import connect
from bridge.processes.pipe import Pipe
from bridge.processes.process import Process
from bridge.protocol import JsonObject, Problem, encode_json

_MESSAGE_HALF = 32 * 1024
"""Bytes of the first, and of the last, error output that the closing message keeps."""
_MESSAGE_MAX = 96 * 1024
"""Bytes of the same in JSON, which makes up to six of one: a control message has a bound."""
_READ_SIZE = WIDE_BLOCK
_WINDOW_MAX = 0xFFFF
_STDERR = {"out": subprocess.STDOUT, "ignore": subprocess.DEVNULL}


class StreamChannel(Channel):
    """With `spawn` a process, otherwise the socket that `unix`, or `port` and `address`, name, or the descriptor that
    another channel has called `internal`.

    A process is the leader of a session of its own; closing the channel ends its whole group. `close` tells
    `exit-status` (for a signal negative, and `exit-signal`), and with `err: "message"` what the process said on stderr.
    """

    payload = "stream"
    capabilities = ("spawn", "unix", "port")
    wide_after = 0
    __slots__ = ("_size", "_terminal")

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.5 and 2.6."""

        spawn: list[str] | None = None
        directory: str | None = None
        environ: list[str] = field(default_factory=list)
        err: Literal["out", "ignore", "message"] = "message"
        pty: bool = False
        window: dict[str, Any] | None = None
        unix: str | None = None
        port: int | None = None
        address: str | None = None
        internal: str | None = None

    def opened(self, options: Options) -> None:
        self._terminal = -1
        self._size = None
        if options.pty and options.spawn is not None:
            self._size = _parse_window(options.window) if options.window is not None else (0, 0)
        super().opened(options)

    async def run(self, options: Options) -> None:
        if options.internal is not None:
            await self._run_descriptor(self.context.internal_streams.take(options.internal))
        elif options.spawn is None:
            sock = await connect(unix=options.unix, port=options.port, address=options.address)
            await self._run_descriptor(sock.detach())
        elif options.pty:
            await self._run_terminal(options, options.spawn)
        else:
            await self._run_process(options, options.spawn)

    def options_changed(self, message: JsonObject) -> None:
        if self._size is None:
            raise Problem("protocol-error", "only a channel with a terminal has a window")
        self._size = _parse_window(message.get("window"))
        if self._terminal >= 0:
            _set_window(self._terminal, self._size)

    async def _run_process(self, options: Options, argv: list[str]) -> None:
        with contextlib.ExitStack() as files:
            stdin, our_stdin = _input_pipe(files)
            our_stdout, stdout = _output_pipe(files)
            our_stderr, stderr = _output_pipe(files) if options.err == "message" else (None, None)
            process = Process.start(
                argv,
                environ=self._environ(options),
                grace=self.context.grace,
                directory=options.directory,
                stdin=stdin.fileno(),
                stdout=stdout.fileno(),
                stderr=stderr.fileno() if stderr else _STDERR[options.err],
            )
            for theirs in filter(None, (stdin, stdout, stderr)):
                theirs.close()
            async with process:
                self.ready(pid=process.pid)
                async with asyncio.TaskGroup() as tasks:
                    feeding = tasks.create_task(self._feed(our_stdin))
                    saying = tasks.create_task(_keep_ends(our_stderr)) if our_stderr else None
                    await self._pump(our_stdout)
                    status = await process.wait()
                    feeding.cancel()
                self._exited(status, saying.result() if saying else None)

    async def _run_terminal(self, options: Options, argv: list[str]) -> None:
        with contextlib.ExitStack() as files:
            master_fd, slave_fd = os.openpty()
            master, slave = _ours(files, master_fd), _theirs(files, slave_fd)
            _set_window(master.fileno(), self._size or (0, 0))
            process = Process.start(
                argv,
                environ=self._environ(options),
                grace=self.context.grace,
                directory=options.directory,
                stdin=slave.fileno(),
                stdout=slave.fileno(),
                stderr=slave.fileno(),
                terminal=True,
            )
            slave.close()
            async with process:
                with self._connected_to(master):
                    self.ready(pid=process.pid)
                    async with asyncio.TaskGroup() as tasks:
                        feeding = tasks.create_task(self._feed(master, close=False))
                        await self._pump(master)
                        status = await process.wait()
                        feeding.cancel()
                    self._exited(status, None)

    async def _run_descriptor(self, fd: int) -> None:
        """Until it ends; one that can only be written, until the other side is done."""
        with contextlib.ExitStack() as files:
            pipe = _ours(files, fd)
            can_be_read = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE != os.O_WRONLY
            self.ready()
            async with asyncio.TaskGroup() as tasks:
                feeding = tasks.create_task(self._feed(pipe, close=False, half_close=True))
                if can_be_read:
                    await self._pump(pipe)
                    feeding.cancel()
        self.done()

    async def _pump(self, source: Pipe) -> None:
        while data := await source.read(_READ_SIZE):
            await self.write_stream(data)

    async def _feed(self, sink: Pipe, *, close: bool = True, half_close: bool = False) -> None:
        """Pass on what comes; a reader that went away is told by the end of its own output, not here."""
        try:
            async for payload in self.read():
                await sink.write(payload)
        except OSError:
            async for _ in self.read():
                pass
        if close:
            sink.close()
        elif half_close:
            _shut_down_output(sink.fileno())

    def _exited(self, status: int, message: str | None) -> None:
        self.close_with(**{"exit-status": status})
        if status < 0:
            self.close_with(**{"exit-signal": _signal_name(-status)})
        if message is not None:
            self.close_with(message=message)
        self.done()

    @contextlib.contextmanager
    def _connected_to(self, master: Pipe) -> Iterator[None]:
        """Whoever leaves hangs up before the process gets TERM: shells and virsh heed the one and not the other."""
        self._terminal = master.fileno()
        try:
            yield
        finally:
            self._terminal = -1
            master.close()

    def _environ(self, options: Options) -> Mapping[str, str]:
        environ = dict(self.context.environ)
        for entry in options.environ:
            name, equals, value = entry.partition("=")
            if not equals or not name:
                raise Problem("protocol-error", f"attribute 'environ': not NAME=VALUE: {entry!r:.80}")
            environ[name] = value
        return environ


def _ours(files: contextlib.ExitStack, fd: int) -> Pipe:
    pipe = Pipe(fd)
    files.callback(pipe.close)
    return pipe


def _theirs(files: contextlib.ExitStack, fd: int) -> FileIO:
    """The child's end, which must stay blocking: few programs expect anything else on their stdio."""
    return files.enter_context(FileIO(fd, "r+"))


def _input_pipe(files: contextlib.ExitStack) -> tuple[FileIO, Pipe]:
    reader, writer = os.pipe2(os.O_CLOEXEC)
    return _theirs(files, reader), _ours(files, writer)


def _output_pipe(files: contextlib.ExitStack) -> tuple[Pipe, FileIO]:
    reader, writer = os.pipe2(os.O_CLOEXEC)
    return _ours(files, reader), _theirs(files, writer)


async def _keep_ends(source: Pipe) -> str:
    """All of a short error output; of a long one its beginning and its end, which are shorter when much is escaped."""
    head, tail, cut = bytearray(), bytearray(), False
    while data := await source.read(BLOCK_SIZE):
        room = _MESSAGE_HALF - len(head)
        head += data[:room]
        tail += data[room:] if room < len(data) else b""
        if len(tail) > _MESSAGE_HALF:
            cut = True
            del tail[:-_MESSAGE_HALF]
    text = _joined(head, tail, cut)
    while len(encode_json(text)) > _MESSAGE_MAX:
        head, tail, cut = head[: len(head) // 2], tail[len(tail) // 2 :], True
        text = _joined(head, tail, cut)
    return text


def _joined(head: bytearray, tail: bytearray, cut: bool) -> str:
    return (bytes(head) + (b"\n[...]\n" if cut else b"") + bytes(tail)).decode(errors="replace")


def _signal_name(number: int) -> str:
    """As kill -l says it; of the real-time signals Python knows the first and the last alone."""
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return f"RTMIN+{number - signal.SIGRTMIN}"


def _parse_window(window: Any) -> tuple[int, int]:
    """Rows and columns, as many as a terminal can have."""
    if type(window) is not dict or not all(type(window.get(name)) is int for name in ("rows", "cols")):
        raise Problem("protocol-error", "attribute 'window': must have the integers rows and cols")
    rows, cols = (min(max(window[name], 0), _WINDOW_MAX) for name in ("rows", "cols"))
    return rows, cols


def _set_window(fd: int, size: tuple[int, int]) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))


def _shut_down_output(fd: int) -> None:
    import socket

    if not stat.S_ISSOCK(os.fstat(fd).st_mode):
        return
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as sock:
        sock.shutdown(socket.SHUT_WR)
