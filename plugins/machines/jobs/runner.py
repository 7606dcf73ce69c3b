"""The process of one job: `python -m plugins.machines.jobs.runner`, which nobody calls by hand.

It reads what to do on its stdin, so that nothing of it stands in a list of processes; says `started` on its stdout once
its record is written; and goes on by itself then, in a session of its own, with a connection to libvirt of its own.
TERM cancels the job.
"""

import asyncio
import os
import signal
import sys

from bridge import options
from bridge.protocol import Problem, decode_json
from plugins.machines.actions import perform
from plugins.machines.history.done_log import log_path, person_of
from plugins.machines.jobs.request import STARTED, Request
from plugins.machines.jobs.store import JobStore
from plugins.machines.jobs.work import JobWork, log_done
from plugins.machines.provider import Method
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import Deaf, open_provider
from plugins.machines.providers.long_calls import Report

REQUEST_MAX = 8 * 1024 * 1024
"""Bytes of what is to be done."""


def main() -> None:
    """The command."""
    try:
        request = options.parse(Request, decode_json(sys.stdin.buffer.read(REQUEST_MAX)))
    except Problem as problem:
        sys.exit(problem.message)
    # Whoever started it need not be there to reap it, and no signal to its process group is meant for the job.
    if os.fork():
        os._exit(0)
    os.setsid()
    asyncio.run(_run(request))


async def _run(request: Request) -> None:
    store = JobStore.of(os.environ)
    job = request.as_job()
    work = JobWork(store, request.id, job)
    try:
        store.write(request.id, job)
    except OSError as error:
        sys.exit(f"The job cannot be written down: {error.strerror}")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    _let_go()
    ended = await work.run(lambda report: _act(request, report))
    await log_done(log_path(request.uri, os.environ), person_of(os.environ), ended, request.params)


async def _act(request: Request, report: Report) -> str:
    provider = await open_provider(Choice(request.uri, provider=request.provider), Deaf())
    try:
        return await perform(provider, Method(request.method), request.key, request.params, report)
    finally:
        await provider.close()


def _let_go() -> None:
    """Say that it goes on, and hold nothing of who started it."""
    os.write(1, STARTED)
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    os.close(nothing)


if __name__ == "__main__":
    main()
