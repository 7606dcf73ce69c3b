"""A peer: another process that speaks the same frames, to which channels are routed.

While it starts, what its channels send waits; when it ends, for whatever reason, its channels close with the reason
and nothing else is affected. It may speak only on channels that were routed to it.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import FileIO
from typing import Any, Protocol

from bridge.peers.peer_channel import PeerChannel
from bridge.peers.restarts import Restarts
from bridge.processes.last_words import LastWords
from bridge.processes.pipe import Pipe
from bridge.processes.process import Process
from bridge.protocol import Control, Data, JsonObject, Problem, decode, encode_control
from bridge.router import Router
from bridge.stdio import FrameStream

log = logging.getLogger(__name__)

INIT_TIMEOUT = 30.0
"""Seconds a peer may take to say `init`."""
WAITING_MAX = 2 * 1024 * 1024
"""Bytes that may wait for a peer that starts or reads slowly, before the bridge stops reading."""
INPUT_PATIENCE = 30.0
"""Seconds that a peer with `WAITING_MAX` bytes before it may take nothing while others wait; then it is ended."""
GHOSTS_MAX = 256
"""Channels whose `close` a living peer has not answered in time; with more it is ended."""
_MESSAGE_COST = 128
TERMINATED = "terminated"
_NOT_THERE = 127
"""The exit status of a shell, ssh or env whose command is not there."""
_LAST_WORDS_MAX = 1.0
_LAST_OUTPUT_MAX = 0.3


@dataclass(frozen=True, slots=True)
class PeerConfig:
    """How a peer is started."""

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    """What is added to the bridge's own environment."""
    problem: str = TERMINATED
    """The problem of its channels when it cannot be started; of the default there is more to say (reference 3.2)."""
    is_hurried: bool = True
    """Whether it must say `init` within `INIT_TIMEOUT`; otherwise somebody else sees to it."""
    idle_max: float | None = None
    """Seconds without a channel after which whoever has the peer hears of it; None for ever."""
    has_stderr: bool = False
    """Whether it gets the bridge's own stderr on `send-stderr`, for which superuser bridges of older Cockpits wait."""


class PeerWatcher(Protocol):
    """Who wants to know what becomes of a peer."""

    def peer_up(self, peer: "Peer") -> None:
        """It said `init`."""

    def peer_ended(self, peer: "Peer", problem: Problem) -> None:
        """Its process ended, or did not start; its channels are closed."""


class Peer:
    """The process of one `PeerConfig` and the channels that it has; started at the first `open`."""

    def __init__(
        self,
        router: Router,
        config: PeerConfig,
        watcher: PeerWatcher | None = None,
        when_idle: Callable[["Peer"], None] | None = None,
    ) -> None:
        """`when_idle` is called after `idle_max` seconds without a channel."""
        self._router = router
        self._watcher = watcher
        self._when_idle = when_idle
        self._idle: asyncio.TimerHandle | None = None
        self._config = config
        self._links: dict[str, PeerChannel] = {}
        self._stream: FrameStream | None = None
        self._socket: socket.socket | None = None
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._task: asyncio.Task[None] | None = None
        self._queued_before = 0
        self._is_relieving = False
        self._ghosts: set[str] = set()
        self._heard = 0.0
        self._said = LastWords(config.name)
        self._restarts = Restarts()
        self._ended: asyncio.Future[Problem | None] | None = None
        self._initialised: asyncio.Future[None] | None = None

    def channel(self, message: JsonObject) -> "PeerChannel":
        """The endpoint for a channel that is to be opened on this peer."""
        if message["channel"] in self._ghosts:
            raise Problem("timeout", f"{self._config.name} has not closed a channel of this name yet")
        self._restarts.check(asyncio.get_running_loop().time())
        return PeerChannel(self, message["channel"])

    def forgive(self) -> None:
        """Whatever made it end quickly may be mended: start it again at the next channel, without a pause."""
        self._restarts.forgive()

    @property
    def is_idle(self) -> bool:
        """Whether it has no channel."""
        return not self._links

    def take_said(self) -> str:
        """What the process has said on stderr since it was asked last, as far as it was kept."""
        said = "\n".join(self._said.lines)
        self._said.clear()
        return said

    # For PeerChannel

    def link(self, link: "PeerChannel") -> None:
        """A channel was opened: from now on the peer may speak on it."""
        self._links[link.channel] = link
        self._rest(False)
        self.start()

    def start(self) -> None:
        """Start the process, unless it runs."""
        if self._task is None:
            self._ended = asyncio.get_running_loop().create_future()
            self._task = self._router.spawn(self._main())

    def prestart(self) -> bool:
        """Start the process before its first channel; False where it runs, or may not start now."""
        if self._task is not None or self._restarts.is_given_up(asyncio.get_running_loop().time()):
            return False
        self.start()
        return True

    def unlink(self, channel: str) -> None:
        """A channel was closed: the peer may not speak on it any more."""
        link = self._links.pop(channel, None)
        if link is not None:
            link.forget()
            self._router.forget(channel)
            self._rest(not self._links)

    def _rest(self, is_idle: bool) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if is_idle and self._when_idle is not None and self._config.idle_max is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._config.idle_max, self._when_idle, self)

    def close_unanswered(self, link: "PeerChannel") -> None:
        """The peer did not close a channel in time: it is closed here, and a peer that said nothing at all is ended."""
        problem = Problem("timeout", f"{self._config.name} does not answer")
        if self._heard < link.close_sent or len(self._ghosts) >= GHOSTS_MAX:
            self.stop(problem)
        self._ghosts.add(link.channel)
        self.unlink(link.channel)
        self._router.send_control({"command": "close", "channel": link.channel} | problem.as_close())

    def held_too_long(self) -> None:
        """For the router: the peer takes little or nothing, and others wait to be read."""
        queued = self._stream.queued if self._stream is not None else 0
        if 0 < queued < self._queued_before:
            self._queued_before = queued
            self._router.hold(self, INPUT_PATIENCE)
            return
        self._router.release(self)
        self.stop(Problem("too-slow", f"{self._config.name} did not take its input for {INPUT_PATIENCE:.0f} seconds"))

    def send(self, message: bytes) -> None:
        """Send a message to the peer, or keep it until the peer has started."""
        if self._stream is None or not self._is_up:
            self._waiting.append(message)
            was_full = self._waiting_size > WAITING_MAX
            self._waiting_size += max(len(message), _MESSAGE_COST)
            if self._waiting_size > WAITING_MAX and not was_full:
                self._router.hold(self, INPUT_PATIENCE)
            return
        self._stream.send(message)
        if self._stream.queued > WAITING_MAX and not self._queued_before:
            self._queued_before = self._stream.queued
            self._router.spawn(self._hold_until_drained(self._stream))

    def stop(self, problem: Problem) -> None:
        """End the process; its channels close with `problem`."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(problem)

    # The process

    @property
    def _is_up(self) -> bool:
        return self._initialised is not None and self._initialised.done() and not self._initialised.cancelled()

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        problem = Problem("terminated", f"{self._config.name} ended")
        started = loop.time()
        try:
            assert self._ended is not None
            await asyncio.wait([self._ended], timeout=self._restarts.pause)
            started = loop.time()
            problem = self._ended.result() or problem if self._ended.done() else await self._run_process()
        except OSError as exc:
            problem = Problem(self._config.problem, f"{self._config.name} cannot be started: {exc}")
        except Exception:
            log.exception("the link to %s failed", self._config.name)
            problem = Problem("internal-error", f"the link to {self._config.name} failed")
        finally:
            self._task = None
            self._restarts.ended(loop.time() - started, problem, loop.time())
            self._forget_all(problem)
            if self._watcher:
                self._watcher.peer_ended(self, problem)

    async def _run_process(self) -> Problem:
        self._initialised = asyncio.get_running_loop().create_future()
        self._said.clear()
        with contextlib.ExitStack() as files:
            ours, theirs = (files.enter_context(end) for end in socket.socketpair())
            said_fd, say_fd = os.pipe2(os.O_CLOEXEC)
            said = Pipe(said_fd)
            files.callback(said.close)
            saying = files.enter_context(FileIO(say_fd, "w"))
            process = Process.start(
                self._config.argv,
                environ={**self._router.context.environ, **self._config.environ},
                grace=self._router.peer_grace,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=saying.fileno(),
            )
            theirs.close()
            saying.close()
            async with process, asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._said.listen(said))
                watching = tasks.create_task(self._watch(process))
                stream = FrameStream(ours.fileno(), ours.fileno(), received=self._receive, ended=self._on_end)
                self._stream, self._socket = stream, ours
                stream.start()
                try:
                    problem = await self._serve()
                    if problem is None:
                        await asyncio.wait([listening], timeout=_LAST_WORDS_MAX)
                        problem = await self._death(process)
                    return problem
                finally:
                    self._stream = self._socket = None
                    await stream.close(_LAST_OUTPUT_MAX)
                    ours.close()
                    await process.end()
                    listening.cancel()
                    watching.cancel()

    async def _watch(self, process: Process) -> None:
        """See that the process exits although its own children hold the other end of the stream."""
        await process.wait()
        await asyncio.sleep(_LAST_OUTPUT_MAX)
        self._on_end(None)

    async def _serve(self) -> Problem | None:
        """Serve until the peer ends (None) or has to."""
        assert self._initialised is not None
        assert self._ended is not None
        started: list[asyncio.Future[Any]] = [self._initialised, self._ended]
        patience = INIT_TIMEOUT if self._config.is_hurried else None
        await asyncio.wait(started, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not self._is_up and not self._ended.done():
            return Problem("timeout", f"{self._config.name} did not start within {patience} seconds")
        return await self._ended

    async def _death(self, process: Process) -> Problem:
        """Why it ended, with the last that it said in a member of its own, for pages to show."""
        lines = self._said.lines
        words = f": {lines[-1]}" if lines else ""
        members = {"stderr": "\n".join(lines)} if lines else {}
        if self._is_up:
            return Problem(TERMINATED, f"{self._config.name} ended unexpectedly{words}", **members)
        code = self._config.problem
        with contextlib.suppress(TimeoutError):
            if await asyncio.wait_for(process.wait(), _LAST_WORDS_MAX) == _NOT_THERE and code == TERMINATED:
                code = "no-cockpit"
        return Problem(code, f"{self._config.name} failed to start{words}", **members)

    def _flush_waiting(self) -> None:
        assert self._stream is not None
        init = {"command": "init", "version": 1, "host": self._router.host, "superuser": False}
        self._stream.send(encode_control(init))
        waiting, self._waiting, self._waiting_size = self._waiting, [], 0
        self._router.release(self)
        for message in waiting:
            self.send(message)

    async def _hold_until_drained(self, stream: FrameStream) -> None:
        self._router.hold(self, INPUT_PATIENCE)
        try:
            await stream.drain()
        finally:
            self._queued_before = 0
            self._router.release(self)

    async def _relieve_output(self, stream: FrameStream) -> None:
        """Read nothing more of the peer until the client has taken what it said."""
        try:
            stream.hold("output", INPUT_PATIENCE, lambda: None)
            await self._router.drain()
        finally:
            self._is_relieving = False
            stream.release("output")

    # What the peer says

    def _receive(self, message: bytes) -> None:
        assert self._ended is not None
        if self._ended.done():
            return
        self._heard = asyncio.get_running_loop().time()
        try:
            event = decode(message)
            if event.channel is None:
                assert isinstance(event, Control)
                self._receive_own(event)
            elif self._may_speak(event):
                self._router.send_message(message)
                if isinstance(event, Control) and event.command == "close":
                    self.unlink(event.channel)
        except Problem as problem:
            self.stop(problem)
        if self._router.is_congested and self._stream is not None and not self._is_relieving:
            self._is_relieving = True
            self._router.spawn(self._relieve_output(self._stream))

    def _may_speak(self, event: Data | Control) -> bool:
        """Whether the channel is the peer's; False for one that was closed over its head; else Problem."""
        channel = event.channel
        if channel in self._links and self._is_up:
            return True
        if channel not in self._ghosts:
            raise Problem("protocol-error", f"{self._config.name} spoke on a channel that it does not have")
        if isinstance(event, Control) and event.command == "close":
            self._ghosts.discard(channel)
        return False

    def _receive_own(self, event: Control) -> None:
        """A control message that concerns the peer itself; what no case names is ignored."""
        assert self._initialised is not None
        if event.command == "init" and not self._initialised.done():
            if event.message.get("problem"):
                raise Problem(str(event.message["problem"]), str(event.message.get("message", "")))
            if event.message.get("version") != 1:
                raise Problem("not-supported", f"{self._config.name} speaks another version of the protocol")
            self._initialised.set_result(None)
            self._flush_waiting()
            if self._watcher:
                self._watcher.peer_up(self)
        elif event.command == "send-stderr" and self._config.has_stderr and not self._initialised.done():
            assert self._socket is not None
            with contextlib.suppress(OSError):
                socket.send_fds(self._socket, [b"\0"], [2])
        elif event.command == "ping" and self._stream is not None:
            self._stream.send(encode_control({**event.message, "command": "pong"}))

    def _on_end(self, problem: Problem | None) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(problem)

    def _forget_all(self, problem: Problem) -> None:
        self._waiting, self._waiting_size = [], 0
        self._ghosts.clear()
        for channel in list(self._links):
            self.unlink(channel)
            self._router.send_control({"command": "close", "channel": channel} | problem.as_close())
        self._rest(False)
        self._router.release(self)
