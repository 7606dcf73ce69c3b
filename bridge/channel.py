"""What every channel is: the base class of the built-in ones, of plugins' and of back ends'."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bridge import options as options_of
from bridge.blocks import BLOCK_SIZE, WIDE_BLOCK, encode_blocks
from bridge.errors import problem_of
from bridge.inbox import INPUT_MAX, INPUT_PATIENCE, Inbox
from bridge.protocol import CONTROL_MAX, JsonObject, Problem, encode_control
from bridge.utf8 import whole_characters

if TYPE_CHECKING:
    from bridge.context import Context
    from bridge.router import Router

SEND_WINDOW = 2 * 1024 * 1024
"""Bytes that may be on the way to a client that asked for flow control."""

_BLOCKS_AT_A_TIME = 16

__all__ = ["BLOCK_SIZE", "INPUT_MAX", "SEND_WINDOW", "Channel", "NoOptions"]


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The options of a channel that has none."""


class Channel:
    """One channel of a payload.

    A subclass names its `payload`, declares its `Options` (a dataclass, read from the `open` message) and implements
    `run`. When `run` returns, the channel closes; a `Problem` it raises closes it with that problem; when the other
    side closes the channel, `run` is cancelled. Nothing it does ends another channel.

    `run` must call `ready` once, or raise. It may read what the other side sends (`read`), send (`write`, which obeys
    flow control and waits for slow readers), say that it sends no more (`done`) and set members of the closing message
    (`close_with`).

    A channel that can answer at once, without waiting for anything, overrides `opened`, `received` and `finished`
    instead: it costs no task and no queue.
    """

    payload: ClassVar[str]
    Options: ClassVar[type] = NoOptions
    capabilities: ClassVar[tuple[str, ...]] = ()
    wide_after: ClassVar[int] = SEND_WINDOW  # bytes after which `write_stream` sends binary data in wide blocks

    __slots__ = (
        "_acks",
        "_binary",
        "_close_members",
        "_closed",
        "_done_sent",
        "_ending",
        "_flow_control",
        "_id",
        "_inbox",
        "_input_done",
        "_is_working",
        "_router",
        "_sent",
        "_started",
        "_tail",
        "_task",
        "_waiters",
        "_window",
        "group",
        "id",
    )

    def __init__(self, router: "Router", message: JsonObject) -> None:
        """Made by the router from the `open` message; a subclass does its own set-up in `run` or `opened`."""
        self._router = router
        self.id: str = message["channel"]
        self._id = self.id.encode()
        self.group: object = message.get("group")
        self._binary = options_of.is_set(message, "binary", "raw")
        self._flow_control = message.get("flow-control") is True
        self._acks = options_of.is_set(message, "send-acks", "bytes")
        self._sent = 0
        self._window = SEND_WINDOW
        self._tail = b""
        self._inbox: Inbox | None = None
        self._input_done = False
        self._is_working = False
        self._done_sent = False
        self._closed = False
        self._ending = False
        self._started = False
        self._waiters: list[asyncio.Future[None]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._close_members: JsonObject = {}

    async def run(self, options: Any) -> None:
        """The channel's life; see the class."""
        raise NotImplementedError

    @property
    def context(self) -> "Context":
        """What the channels of one bridge share."""
        return self._router.context

    @property
    def is_binary(self) -> bool:
        """Whether the client takes bytes; otherwise output must be UTF-8 (what is not closes the channel)."""
        return self._binary

    # For the subclass

    def ready(self, **members: Any) -> None:
        """Tell the other side that the channel is open."""
        self.control("ready", **members)

    def control(self, command: str, **members: Any) -> None:
        """Send a control message of this channel; after its close nothing is sent."""
        if not self._closed:
            self._router.send_control({"command": command, "channel": self.id} | members)

    def send(self, payload: bytes) -> None:
        """Send `payload` now, whatever waits already; only for output bounded by the input. See `write`."""
        if self._closed:
            return
        if not self._binary:
            payload, self._tail = whole_characters(self._tail + payload)
        self._router.send_data(self._id, payload)
        if self._flow_control:
            before = self._sent // BLOCK_SIZE
            self._sent += len(payload)
            if self._sent // BLOCK_SIZE != before:
                self._router.send_ping(self.id, self._sent)

    async def write(self, payload: bytes) -> None:
        """Send `payload`, then wait until the client and the stream to it take more."""
        self.send(payload)
        await self.drain()

    async def write_stream(self, data: bytes | memoryview) -> None:
        """Send bytes whose borders mean nothing, in blocks; otherwise as `write`."""
        view = memoryview(data)
        while view:
            # First, and not only at the end: thousands of channels that send a first block fill memory as well.
            await self.drain()
            view = view[self._send_some(view) :]
        await self.drain()

    def _send_some(self, data: memoryview) -> int:
        """Send what may go of `data` before the next `drain`; how many bytes that was."""
        if self._closed:
            return len(data)
        if not self._binary:
            self.send(bytes(data[:BLOCK_SIZE]))
            return min(len(data), BLOCK_SIZE)
        sent, blocks = None, _BLOCKS_AT_A_TIME
        if self._flow_control:
            sent, blocks = self._sent, min(blocks, -(-(self._window - self._sent) // BLOCK_SIZE))
        data = data[: blocks * BLOCK_SIZE]
        width = WIDE_BLOCK if self._sent >= self.wide_after else BLOCK_SIZE
        self._router.send_pieces(encode_blocks(self.id, data, sent, width))
        self._sent += len(data)
        return len(data)

    async def drain(self) -> None:
        """Wait until the client and the stream to it take more."""
        await self._router.drain()
        while self.is_window_closed:
            await self._sleep()

    @property
    def is_window_closed(self) -> bool:
        """Whether the client has not confirmed enough yet to be sent more."""
        return self._flow_control and self._sent >= self._window

    async def read(self) -> AsyncIterator[bytes]:
        """What the other side sends, frame by frame, until it is done."""
        while True:
            payload = await self.read_frame()
            if payload is None:
                return
            yield payload

    async def read_frame(self) -> bytes | None:
        """The next frame of the other side, None when it is done.

        To take it is to confirm it by `ack`; a `ping` that came after it is answered when the next one is asked for.
        """
        self._is_working = False
        while True:
            while not self._inbox:
                if self._input_done:
                    return None
                await self._sleep()
            was_full = self._inbox.is_full
            content, is_data = self._inbox.take()
            if was_full:
                self._update_hold(self._inbox)
            if is_data:
                self._is_working = True
                self._acknowledge(content)
                return content
            self._router.send_message(content)

    @property
    def is_input_complete(self) -> bool:
        """Whether the other side is done, although what it sent may not be read yet."""
        return self._input_done

    async def wait_done(self) -> None:
        """Wait until the other side is done; data from it is an error."""
        async for _ in self.read():
            raise Problem("protocol-error", f"{self.payload} takes no data")

    def done(self) -> None:
        """Tell the other side that no more data comes; once."""
        if self._tail:
            raise Problem("protocol-error", "the data ends within a UTF-8 character, on a channel opened as text")
        if not self._done_sent:
            self._done_sent = True
            self.control("done")

    def close_with(self, **members: Any) -> None:
        """Members for the `close` message that ends the channel, whichever way it ends."""
        self._close_members |= members

    def close(self, problem: Problem | None = None) -> None:
        """End the channel now. For channels without `run`; others return or raise."""
        if self._closed:
            return
        self._closed = True
        self._router.release(self)
        self._router.forget(self.id)
        close = {"command": "close", "channel": self.id}
        members = self._close_members | (problem.as_close() if problem else {})
        try:
            message = encode_control(close | members)
            if len(message) > CONTROL_MAX:
                raise Problem("too-large", f"the closing message is longer than {CONTROL_MAX} bytes")
        except Exception as exc:
            message = encode_control(close | self._problem_of(exc).as_close())
        self._router.send_message(message)

    @property
    def is_overloaded(self) -> bool:
        """Whether the client does not keep up, so that what may be left out should be."""
        return self.is_window_closed or self._router.is_full

    # For a subclass that answers at once

    def opened(self, options: Any) -> None:
        """The channel was opened."""
        self._task = self._router.spawn(self._main(options))

    def received(self, payload: bytes) -> None:
        """Data came."""
        if self._input_done:
            raise Problem("protocol-error", "data came after the `done` of the same side")
        self._put(payload, is_data=True)

    def finished(self) -> None:
        """The other side is done."""
        self._input_done = True
        self._wake()

    def options_changed(self, message: JsonObject) -> None:
        """An `options` message came."""
        raise Problem("not-supported", 'This channel does not implement "options"')

    # For the router

    def open(self, message: JsonObject) -> None:
        """Start; a fault in the message or in `opened` closes the channel."""
        try:
            self.opened(options_of.parse(self.Options, message))
        except Exception as exc:
            self.close(self._problem_of(exc))

    def receive_data(self, payload: bytes) -> None:
        """A data message came for this channel."""
        if self._ending:
            return
        try:
            self.received(payload)
            if self._task is None and not self._closed:
                self._acknowledge(payload)
        except Exception as exc:
            self.end(self._problem_of(exc))

    def receive_control(self, command: str, message: JsonObject) -> None:
        """A control message came for this channel; what no rule names is ignored."""
        try:
            match command:
                case "close":
                    self.end()
                case "done":
                    self.finished()
                case "ping":
                    self._received_ping({**message, "command": "pong"})
                case "pong":
                    self._received_pong(message.get("sequence"))
                case "options":
                    self.options_changed(message)
        except Exception as exc:
            self.end(self._problem_of(exc))

    def end(self, problem: Problem | None = None) -> None:
        """End the channel from outside: `run` is cancelled and cleans up, then the channel closes with `problem`."""
        if problem:
            self._close_members |= problem.as_close()
        if self._task is None:
            self.close()
        elif not self._ending:
            self._ending = True
            if self._inbox is not None:
                self._inbox.clear()
            self._router.release(self)
            self._task.cancel()
            if not self._started:
                self.close()

    def held_too_long(self) -> None:
        """The channel leaves `INPUT_MAX` bytes unread, and others wait to be read."""
        self.end(Problem("too-slow", f"{INPUT_MAX} bytes of input wait, and none was taken for {INPUT_PATIENCE:.0f} s"))

    async def _main(self, options: Any) -> None:
        self._started = True
        problem = None
        try:
            await self.run(options)
        except asyncio.CancelledError:
            pass
        except SystemExit:
            problem = Problem("internal-error", f"the {self.payload} channel tried to end the process")
        except Exception as exc:
            problem = self._problem_of(exc)
        finally:
            self.close(problem)

    def _problem_of(self, exc: Exception) -> Problem:
        return problem_of(exc, f"the {self.payload} channel")

    def _received_ping(self, pong: JsonObject) -> None:
        if self._ending:
            return
        if self._inbox or self._is_working:
            self._put(encode_control(pong), is_data=False)
        else:
            self._router.send_control(pong)

    def _put(self, content: bytes, *, is_data: bool) -> None:
        if self._inbox is None:
            self._inbox = Inbox()
        was_full = self._inbox.is_full
        self._inbox.put(content, is_data=is_data)
        if self._inbox.is_full and not was_full:
            self._update_hold(self._inbox)
        self._wake()

    def _update_hold(self, inbox: Inbox) -> None:
        if inbox.is_full:
            self._router.hold(self, INPUT_PATIENCE)
        else:
            self._router.release(self)

    def _received_pong(self, sequence: object) -> None:
        if type(sequence) is int and sequence <= self._sent:
            self._window = max(self._window, sequence + SEND_WINDOW)
            self._wake()

    def _acknowledge(self, payload: bytes) -> None:
        if self._acks:
            self.control("ack", bytes=len(payload))

    async def _sleep(self) -> None:
        if self._waiters is None:
            self._waiters = []
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)
