"""`pilothouse-collector`: keeps the histories of this user's connections while nobody is logged in.

    pilothouse-collector [URI…]

It records what the console's back end records, into the same files, until it gets TERM or INT. Without a URI it is the
connection that the machines page shows.
"""

import asyncio
import logging
import os
import signal
import sys

from bridge.protocol import Problem
from plugins.machines.history.recorder import RECORDED_MAX, Recorder
from plugins.machines.providers.choice import Choice, Host, choose
from plugins.machines.providers.connections import Connections, probe

RETRY = 30.0
"""Seconds between two looks for a connection that did not answer."""


def main() -> None:
    """The command."""
    uris = sys.argv[1:]
    if any(uri.startswith("-") for uri in uris) or len(uris) > RECORDED_MAX:
        sys.exit(f"usage: pilothouse-collector [URI…]   (at most {RECORDED_MAX})")
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    try:
        asyncio.run(_until_told(uris or [""]))
    except Problem as problem:
        sys.exit(problem.message)


async def _until_told(uris: list[str]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await collect(uris, ended)


async def collect(uris: list[str], ended: asyncio.Event) -> None:
    """Record those connections until `ended`; Problem for what is no URI."""
    recorder = Recorder(Connections())
    try:
        while not ended.is_set():
            for choice in [await _choice(uri) for uri in uris]:
                if not choice.demo:
                    recorder.begin(choice)
            try:
                async with asyncio.timeout(RETRY):
                    await ended.wait()
            except TimeoutError:
                continue
    finally:
        await recorder.close()


async def _choice(uri: str) -> Choice:
    return await choose(uri, os.environ, Host.look(os.environ), probe)
