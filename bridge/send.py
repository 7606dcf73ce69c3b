"""`python -m bridge.send`: open one channel of a bridge from a shell, and see what comes.

    python -m bridge.send fsread1 path=/etc/hostname
    echo hello | python -m bridge.send echo
    python -m bridge.send --bridge cockpit-bridge stream spawn:='["ls", "/"]'

What is read from stdin goes to the channel, then `done`; data of the channel goes to stdout, control messages, one a
line, to stderr. The exit status is 1 when the channel closes with a problem.
"""

import asyncio
import json
import os
import shlex
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.peers.bridge_configs import OUR_COMMAND
from bridge.processes.grace import Grace
from bridge.processes.pipe import Pipe
from bridge.processes.process import Process
from bridge.protocol import Control, Data, JsonObject, Problem, decode, encode_control, encode_data
from bridge.stdio import FrameStream, is_always_ready

CHANNEL = "1"
_BLOCK = 16 * 1024
USAGE = "usage: python -m bridge.send [--bridge COMMAND] PAYLOAD [NAME=TEXT | NAME:=JSON]...\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    bridge: tuple[str, ...]
    message: JsonObject


def parse(arguments: Sequence[str]) -> Request:
    """The request that the arguments are; ValueError where they are none."""
    bridge: tuple[str, ...] = OUR_COMMAND
    words = list(arguments)
    if words[:1] == ["--bridge"]:
        bridge, words = tuple(shlex.split(words[1])), words[2:]
    payload, *options = words
    message: JsonObject = {"command": "open", "channel": CHANNEL, "payload": payload}
    for word in options:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"not NAME=TEXT or NAME:=JSON: {word}")
        message[name.removesuffix(":")] = json.loads(value) if name.endswith(":") else value
    return Request(bridge, message)


class Conversation:
    """One bridge and one channel of it, between our stdin, stdout and stderr."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._stream: FrameStream

    async def run(self) -> int:
        """Have it; the exit status."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = Process.start(
                self._request.bridge,
                environ=os.environ,
                grace=Grace(),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=2,
            )
            theirs.close()
            async with process:
                self._stream = FrameStream(ours.fileno(), ours.fileno(), received=self._receive, ended=self._end)
                self._stream.start()
                self._control({"command": "init", "version": 1, "host": "localhost", "superuser": False})
                self._control(self._request.message)
                feeding = asyncio.get_running_loop().create_task(self._feed())
                try:
                    return await self._closed
                finally:
                    feeding.cancel()
                    await self._stream.close()
                    ours.close()
                    await process.wait()

    async def _feed(self) -> None:
        if is_always_ready(0):
            while data := os.read(0, _BLOCK):
                self._stream.send(encode_data(CHANNEL, data))
                await self._stream.drain()
        else:
            source = Pipe(os.dup(0))
            try:
                while data := await source.read(_BLOCK):
                    self._stream.send(encode_data(CHANNEL, data))
                    await self._stream.drain()
            finally:
                source.close()
                os.set_blocking(0, True)
        self._control({"command": "done", "channel": CHANNEL})

    def _control(self, message: JsonObject) -> None:
        self._stream.send(encode_control(message))

    def _receive(self, message: bytes) -> None:
        event = decode(message)
        if isinstance(event, Data):
            sys.stdout.buffer.write(event.payload)
            sys.stdout.buffer.flush()
            return
        sys.stderr.write(json.dumps(event.message, ensure_ascii=False) + "\n")
        self._receive_control(event)

    def _receive_control(self, event: Control) -> None:
        if event.command == "ping" and event.channel == CHANNEL:
            self._control(event.message | {"command": "pong"})
        elif event.command == "close" and event.channel == CHANNEL and not self._closed.done():
            self._closed.set_result(1 if event.message.get("problem") else 0)

    def _end(self, problem: Problem | None) -> None:
        if not self._closed.done():
            sys.stderr.write(f"the bridge ended: {problem or 'no reason given'}\n")
            self._closed.set_result(1)


def main() -> int:
    """The command; see the module."""
    try:
        request = parse(sys.argv[1:])
    except (ValueError, IndexError, RecursionError) as exc:
        sys.stderr.write(f"{USAGE}{exc}\n")
        return 2
    return asyncio.run(_converse(request))


async def _converse(request: Request) -> int:
    try:
        return await Conversation(request).run()
    except OSError as exc:
        sys.stderr.write(f"{request.bridge[0]} cannot be started: {exc.strerror}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
