"""How fast the bridge is, side by side with Debian's cockpit-bridge and with a bare interpreter.

    .venv/bin/python benchmarks/bridge.py [--runs 5] [--only TEXT]

Runs alternate; a figure is the median of its runs. The last columns are what the project aims at and whether it is so.
Where cockpit-bridge is not installed its column is empty.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import measures
from client import Client, memory_of

OURS = [sys.executable, "-I", "-m", "bridge"]
THEIRS = ["cockpit-bridge"]
BARE = [sys.executable, "-I", "-c", "import asyncio, json"]
BARE_THAT_STAYS = [*BARE[:-1], f"{BARE[-1]}, sys; print(flush=True); sys.stdin.read()"]
STARTS = 9
"""Runs of what is measured once a start, at least."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a name, a unit, a measurement, and the aim: at least, or at most, so much of the other column.

    `absolute`: the aim is a value of ours, whatever the others do.
    """

    name: str
    unit: str
    measure: measures.Measure
    at_least: float | None = None
    at_most: float | None = None
    absolute: bool = False


FIGURES = [
    Figure("echo, median", "us", measures.echo_latency, at_most=1.35),
    Figure("echo, 64 B", "/s", measures.echo_rate(64, 30_000, 64), at_least=0.6),
    Figure("echo, 64 KiB", "/s", measures.echo_rate(65536, 3000, 8), at_least=0.9),
    Figure("open and close", "/s", measures.open_close, at_least=0.8),
    Figure("an open channel", "KiB", measures.memory_per_channel, at_most=1.5, absolute=True),
    Figure("spawn true", "ms", measures.spawn, at_most=1.5),
    Figure("stream out", "MB/s", measures.stream_out, at_least=1.0),
    Figure("read a big file", "MB/s", measures.read_big, at_least=1.0),
    Figure("read a small file", "us", measures.read_small, at_most=1.0),
    Figure("replace a small file", "us", measures.write_small, at_most=1.0),
    Figure("D-Bus calls", "/s", measures.dbus_calls, at_least=1.5),
    Figure("unread stream", "MiB", measures.unread(flow_control=False), at_most=4.0, absolute=True),
    Figure("the same, flow control", "MiB", measures.unread(flow_control=True), at_most=4.0, absolute=True),
]


@contextmanager
def running(command: list[str]) -> Iterator[Client]:
    """A client of a fresh bridge."""
    client = Client(command, {})
    try:
        yield client
    finally:
        client.close()


@contextmanager
def session_bus() -> Iterator[None]:
    """A bus of our own, which both bridges find as the session's."""
    argv = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().strip()
        try:
            yield
        finally:
            daemon.terminate()


def measured(command: list[str], measure: measures.Measure) -> float:
    with running(command) as client:
        return measure(client)


def bare_startup() -> float:
    """Milliseconds of a bare interpreter with asyncio and json, its end included."""
    started = time.perf_counter()
    subprocess.run(BARE, check=True)
    return (time.perf_counter() - started) * 1e3


def bare_memory() -> float:
    """The same interpreter's memory in MiB, at rest."""
    with subprocess.Popen(BARE_THAT_STAYS, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        memory = memory_of(process.pid)
        process.communicate()
    return memory


def row(figure: Figure, ours: Callable[[], float], theirs: Callable[[], float] | None, runs: int) -> str:
    """One line of the table."""
    pairs = [(ours(), theirs() if theirs else 0.0) for _ in range(runs)]
    mine, others = (statistics.median(column) for column in zip(*pairs, strict=True))
    line = f"{figure.name:24}{mine:12.2f}"
    line += f"{others:12.2f} {figure.unit:5}{mine / others:7.2f}" if others else f"{'':12} {figure.unit:5}{'':7}"
    word, aim = ("at least", figure.at_least) if figure.at_least is not None else ("at most", figure.at_most)
    assert aim is not None
    if not figure.absolute and not others:
        return f"{line}   {word} {aim:g}"
    value = mine if figure.absolute else mine / others
    is_met = value >= aim if figure.at_least is not None else value <= aim
    return f"{line}   {word} {aim:g}{f' {figure.unit}' if figure.absolute else ''}{'' if is_met else ': MISSED'}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each bridge per figure (default 5)")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    arguments = parser.parse_args()
    with_theirs = shutil.which(THEIRS[0]) is not None
    starts = max(arguments.runs, STARTS)
    print(f"{'':24}{'ours':>12}{'bare':>12}        ratio   aim", flush=True)
    startup = Figure("start to init", "ms", lambda client: client.startup * 1e3, at_most=1.3)
    rest = Figure("memory at rest", "MiB", measures.memory_at_rest, at_most=1.15)
    for figure, bare in ((startup, bare_startup), (rest, bare_memory)):
        if arguments.only in figure.name:
            print(row(figure, partial(measured, OURS, figure.measure), bare, starts), flush=True)
    print(f"{'':24}{'ours':>12}{'theirs':>12}        ratio   aim", flush=True)
    with session_bus():
        for figure in FIGURES:
            if arguments.only in figure.name:
                ours, theirs = partial(measured, OURS, figure.measure), partial(measured, THEIRS, figure.measure)
                print(row(figure, ours, theirs if with_theirs else None, arguments.runs), flush=True)


if __name__ == "__main__":
    main()
