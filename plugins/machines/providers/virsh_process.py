"""One long-lived virsh that answers command lines: started when needed, one line at a time, started again when it dies.

An answer is cut at a random mark that virsh is made to say after each command, on both of its outputs. The mark stands
in two halves in what is sent, so that neither the echo of the line nor the prompt, both of which virsh writes between
the answers, can be taken for it, and nobody who names a machine can know it.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.processes.grace import Grace
from bridge.processes.pipe import Pipe
from bridge.processes.process import Process
from bridge.protocol import Problem
from plugins.machines.providers.workers import CALL_TIME

OUTPUT_MAX = 64 * 1024 * 1024
"""Bytes of the answers to one line; a virsh that says more is ended."""
_READ = 1 << 16
_GRACE = 0.5

TEXT, XML, IMAGE, DATA = "text", "xml", "image", "data"
"""The files of ours that a command may name by `VirshProcess.path`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What virsh said to one command; `error` is empty where it succeeded."""

    output: str
    error: str = ""


def quoted(text: str) -> str:
    """`text` as one word of virsh's language, which quotes as a shell does; Problem `not-supported` where none can.

    Control characters would be keys to virsh's line editor, in quotes or not.
    """
    if any(character < " " or character == "\x7f" for character in text):
        raise Problem("not-supported", "virsh cannot be given a text with control characters")
    return "'" + text.replace("'", "'\\''") + "'"


def in_c(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with the C locale, whose sentences we know, for all but the characters of names, which are UTF-8.

    `LC_ALL=C` would do for all but `vol-list`, which then writes the bytes of such a name as `\\xff`, each of them.
    """
    others = {name: value for name, value in environ.items() if name != "LANGUAGE" and not name.startswith("LC_")}
    return others | {"LANG": "C", "LC_CTYPE": "C.UTF-8"}


class VirshProcess:
    """See the module."""

    def __init__(self, uri: str, *, readonly: bool, environ: Mapping[str, str]) -> None:
        self._uri, self._readonly = uri, readonly
        self._argv = ["virsh", "--quiet", *(["--readonly"] if readonly else []), f"--connect={uri}"]
        self._folder = tempfile.mkdtemp(prefix="pilothouse-virsh-")
        # `desc --edit` reads a text from a file that way: the only one for a text of several lines.
        editor = f"cp {self.path(TEXT)}"
        self._environ = in_c(environ) | {"TERM": "dumb", "INPUTRC": "/dev/null"}
        self._environ |= {"VISUAL": editor, "EDITOR": editor, "VIRSH_HISTSIZE": "0"}
        self._turn = asyncio.Lock()
        self._running: _Running | None = None
        self._closed = False

    def another(self) -> "VirshProcess":
        """One for the same connection, which its caller closes."""
        return VirshProcess(self._uri, readonly=self._readonly, environ=os.environ)

    def path(self, file: str) -> str:
        """The path of one of our files (`TEXT`, `XML`, …)."""
        return f"{self._folder}/{file}"

    def take(self, file: str, most: int) -> bytes:
        """What a command wrote into one of our files, which is emptied; Problem `too-large` beyond `most` bytes."""
        with Path(self.path(file)).open("rb") as written:
            content = written.read(most + 1)
        _write(self.path(file), "")
        if len(content) > most:
            raise Problem("too-large", "virsh wrote more than can be taken")
        return content

    async def run(
        self, commands: Sequence[str], *, files: Mapping[str, str] | None = None, limit: float | None = CALL_TIME
    ) -> list[Answer]:
        """The answers to `commands`, which are sent as one line, with our `files` holding those texts.

        Problem `timeout` after `limit` seconds and `disconnected` where virsh ended meanwhile, with its last words.
        """
        if not commands:
            return []
        try:
            async with asyncio.timeout(limit), self._turn:
                if self._closed:
                    raise Problem("disconnected", "The connection to libvirt is closed")
                for name, text in (files or {}).items():
                    _write(self.path(name), text)
                return await self._exchange(commands)
        except TimeoutError:
            raise Problem("timeout", f"libvirt did not answer within {limit:g} seconds") from None

    async def close(self) -> None:
        """End virsh and remove our files."""
        self._closed = True
        if self._running is not None:
            await self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process's id, 0 while there is none."""
        return self._running.process.pid if self._running else 0

    async def _exchange(self, commands: Sequence[str]) -> list[Answer]:
        if self._running is not None and not self._running.process.is_running:
            await self._end()
        if self._running is None:
            self._running = _Running.start(self._argv, self._environ)
        try:
            return await self._running.exchange(commands)
        except BaseException:
            # Whatever it still says would be taken for the answer to the next line.
            await self._end()
            raise

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.end()


class _Running:
    """A virsh that runs."""

    def __init__(self, process: Process, stdin: int, stdout: int, stderr: int) -> None:
        self.process = process
        self._input, self._output, self._errors = Pipe(stdin), Pipe(stdout), Pipe(stderr)

    @classmethod
    def start(cls, argv: Sequence[str], environ: Mapping[str, str]) -> "_Running":
        pipes = [os.pipe() for _ in range(3)]
        (their_in, our_in), (our_out, their_out), (our_err, their_err) = pipes
        try:
            process = Process.start(
                argv, environ=environ, grace=Grace(_GRACE), stdin=their_in, stdout=their_out, stderr=their_err
            )
        except BaseException as error:
            for fd in (our_in, our_out, our_err):
                os.close(fd)
            if isinstance(error, OSError):
                raise Problem("not-supported", f"virsh cannot be started: {error.strerror}") from None
            raise
        finally:
            for fd in (their_in, their_out, their_err):
                os.close(fd)
        return cls(process, our_in, our_out, our_err)

    async def exchange(self, commands: Sequence[str]) -> list[Answer]:
        mark, end = secrets.token_hex(16), secrets.token_hex(16)
        said, ended = (f'--string={token[:16]}"{token[16:]}"' for token in (mark, end))
        line = f"echo {said};" + ";".join(f"{command};echo {said};echo --err {said}" for command in commands)
        # On a line of its own: of a line with a word that virsh does not know it does nothing at all.
        line += f"\necho {ended};echo --err {ended}\n"
        feeding = asyncio.get_running_loop().create_task(self._feed(line))
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(_read(self._output, end.encode()))
                hearing = tasks.create_task(_read(self._errors, end.encode()))
        except ExceptionGroup as problems:  # not except*: Python 3.11.2 wraps what is raised there in a group
            raise problems.exceptions[0] from None
        finally:
            feeding.cancel()
            await asyncio.wait({feeding})
        outputs, errors = (task.result().split(mark) for task in (reading, hearing))
        if end not in outputs[-1] or end not in errors[-1]:
            raise Problem("disconnected", _sentence(errors[-1]) or "virsh ended")
        if len(outputs) != len(commands) + 2 or len(errors) != len(commands) + 1:
            raise Problem("not-supported", _sentence(errors[-1].partition(end)[0]))
        return [Answer(output, _sentence(error)) for output, error in zip(outputs[1:-1], errors[:-1], strict=True)]

    async def _feed(self, line: str) -> None:
        with suppress(BrokenPipeError):
            await self._input.write(line.encode())

    async def end(self) -> None:
        # A hung libvirt holds it in a call that TERM does not end at once, and it has nothing to lose.
        for pipe in (self._input, self._output, self._errors):
            pipe.close()
        await self.process.end()


async def _read(pipe: Pipe, end: bytes) -> str:
    """What comes up to `end`, or up to the end of the stream."""
    said = bytearray()
    while said.find(end, max(0, len(said) - _READ - len(end))) < 0 and (chunk := await pipe.read(_READ)):
        said += chunk
        if len(said) > OUTPUT_MAX:
            raise Problem("too-large", "virsh says more than can be taken")
    return said.decode(errors="replace")


def _sentence(said: str) -> str:
    """The last error in what virsh said on its error output: those before it only say what failed with it."""
    return said.removesuffix("error: ").rpartition("error: ")[2].strip()


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
