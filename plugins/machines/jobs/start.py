"""Starting the process of a job, so that it outlives whoever does: in a systemd scope of its own where there is one.

A service that ends takes along what is in its control group, and so does a login where the administrator wants that:
a session of its own is not enough then.
"""

import asyncio
import json
import logging
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bridge.processes.grace import Grace
from bridge.processes.pipe import Pipe
from bridge.processes.process import Process
from bridge.protocol import Problem
from plugins.machines.jobs.request import STARTED, Request

log = logging.getLogger(__name__)

START_TIME = 20.0
"""Seconds for the process to say that it has started."""
_SAID_MAX = 64 * 1024
_RUNNER = (sys.executable, "-I", "-m", "plugins.machines.jobs.runner")
_SYSTEMD = Path("/run/systemd/system")


def scope(environ: Mapping[str, str], *, root: bool, systemd: Path = _SYSTEMD) -> list[str]:
    """What to put before a command so that it runs in a scope of its own; nothing where there is no systemd."""
    found = shutil.which("systemd-run", path=environ.get("PATH", os.defpath))
    if found is None or not systemd.is_dir() or not (root or environ.get("XDG_RUNTIME_DIR")):
        return []
    return [found, *([] if root else ["--user"]), "--scope", "--quiet", "--collect", "--"]


async def start(request: Request, environ: Mapping[str, str], prefix: Sequence[str]) -> None:
    """Start the process that does `request`; its record is written when this returns.

    Problem `internal-error` with what it said where it does not start. A `prefix` that fails is done without.
    """
    try:
        await _start([*prefix, *_RUNNER], request, environ)
    except Problem as problem:
        if not prefix:
            raise
        log.warning("%s: %s", prefix[0], problem)
        await _start(_RUNNER, request, environ)


async def _start(argv: Sequence[str], request: Request, environ: Mapping[str, str]) -> None:
    their_in, our_in = os.pipe()
    our_out, their_out = os.pipe()
    asking, hearing = Pipe(our_in), Pipe(our_out)
    try:
        try:
            process = Process.start(
                argv, environ=environ, grace=Grace(0.5), stdin=their_in, stdout=their_out, stderr=their_out
            )
        finally:
            os.close(their_in)
            os.close(their_out)
        async with process:
            said = await _exchange(asking, hearing, json.dumps(asdict(request)).encode())
            await process.wait()
    except OSError as error:
        raise Problem("internal-error", f"The job could not be started: {error.strerror}") from None
    finally:
        asking.close()
        hearing.close()
    if not said.endswith(STARTED):
        lines = said.decode(errors="replace").strip().splitlines()
        raise Problem("internal-error", f"The job could not be started: {lines[-1] if lines else 'it said nothing'}")


async def _exchange(asking: Pipe, hearing: Pipe, request: bytes) -> bytes:
    """Give it the request; what it says up to the end of its stream."""
    said = bytearray()
    try:
        async with asyncio.timeout(START_TIME):
            try:
                await asking.write(request)
            except BrokenPipeError:
                log.warning("a job's process did not take what it was to do")
            asking.close()
            while len(said) < _SAID_MAX and (chunk := await hearing.read(1 << 12)):
                said += chunk
    except TimeoutError:
        raise Problem("internal-error", f"The job did not start within {START_TIME:g} seconds") from None
    return bytes(said)
