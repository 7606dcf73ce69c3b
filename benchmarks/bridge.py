"""How fast the bridge is, side by side with Debian's cockpit-bridge where that is installed.

    .venv/bin/python benchmarks/bridge.py [--runs 5]

Runs alternate between the bridges; a figure is the median of its runs. The last column is what the project aims at.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from client import Client

OURS = [sys.executable, "-I", "-m", "bridge"]
THEIRS = ["cockpit-bridge"]
BARE = [sys.executable, "-I", "-c", "import asyncio, json"]

Measure = Callable[[Client], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a name, a measurement, its unit and what is aimed at."""

    name: str
    unit: str
    measure: Measure
    aim: str


def echo_latency(client: Client) -> float:
    channel = client.open("echo")
    client.send(channel, b"x")
    client.data(channel)
    times = []
    for _ in range(2000):
        started = time.perf_counter()
        client.send(channel, b"x" * 64)
        client.data(channel)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def echo_rate(size: int, count: int, window: int) -> Measure:
    def measure(client: Client) -> float:
        channel = client.open("echo")
        block, sent, received = b"y" * size, 0, 0
        started = time.perf_counter()
        while received < count:
            while sent < count and sent - received < window:
                client.send(channel, block)
                sent += 1
            client.data(channel)
            received += 1
        return count / (time.perf_counter() - started)

    return measure


def open_close(client: Client) -> float:
    started = time.perf_counter()
    for i in range(2000):
        channel = client.open("echo")
        client.control(command="done", channel=channel)
        client.control(command="close", channel=channel)
        if i % 50 == 49:
            probe = client.open("echo")
            client.send(probe, b".")
            client.data(probe)
            client.control(command="close", channel=probe)
    return 2000 / (time.perf_counter() - started)


def memory_per_channel(client: Client) -> float:
    before = client.memory()
    channels = [client.open("echo") for _ in range(5000)]
    client.send(channels[-1], b".")
    client.data(channels[-1])
    return (client.memory() - before) * 1024 / 5000


def spawn(client: Client) -> float:
    times = []
    for _ in range(60):
        started = time.perf_counter()
        client.until_close(client.open("stream", spawn=["true"]))
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


def stream_out(client: Client) -> float:
    size = 300 << 20
    started = time.perf_counter()
    channel = client.open("stream", spawn=["head", "-c", str(size), "/dev/zero"], binary="raw")
    assert client.until_close(channel) == size
    return size / 1e6 / (time.perf_counter() - started)


def read_big(client: Client) -> float:
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(1 << 20) * 200)
        file.flush()
        started = time.perf_counter()
        count = client.until_close(client.open("fsread1", path=file.name, binary="raw", max_read_size=1 << 30))
        return count / 1e6 / (time.perf_counter() - started)


def read_small(client: Client) -> float:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"hello")
        file.flush()
        times = []
        for _ in range(500):
            started = time.perf_counter()
            client.until_close(client.open("fsread1", path=file.name))
            times.append(time.perf_counter() - started)
        return statistics.median(times) * 1e6


def write_small(client: Client) -> float:
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(200):
            started = time.perf_counter()
            channel = client.open("fsreplace1", path=f"{folder}/file")
            client.send(channel, b"x" * 1000)
            client.control(command="done", channel=channel)
            client.until_close(channel)
            times.append(time.perf_counter() - started)
        return statistics.median(times) * 1e6


FIGURES = [
    Figure("memory at rest", "MiB", lambda client: client.memory(), "bare x 1.15"),
    Figure("echo, median", "us", echo_latency, "x 1.35"),
    Figure("echo, 64 B", "/s", echo_rate(64, 30_000, 64), "x 0.6"),
    Figure("echo, 64 KiB", "/s", echo_rate(65536, 3000, 8), "x 0.9"),
    Figure("open and close", "/s", open_close, "x 0.8"),
    Figure("an open channel", "KiB", memory_per_channel, "1.5"),
    Figure("spawn true", "ms", spawn, "x 1.5"),
    Figure("stream out", "MB/s", stream_out, "x 1.0"),
    Figure("read a big file", "MB/s", read_big, "x 1.0"),
    Figure("read a small file", "us", read_small, "x 1.0"),
    Figure("replace a small file", "us", write_small, "x 1.0"),
]


@contextmanager
def running(command: list[str]) -> Iterator[Client]:
    """A client of a fresh bridge."""
    client = Client(command, {})
    try:
        yield client
    finally:
        client.close()


def once(command: list[str], measure: Measure) -> float:
    with running(command) as client:
        return measure(client)


def bare_startup() -> float:
    """Seconds that a bare interpreter with asyncio and json takes, its end included."""
    started = time.perf_counter()
    subprocess.run(BARE, check=True)
    return time.perf_counter() - started


def print_startup(runs: int) -> None:
    bare, ours = [], []
    for _ in range(runs):
        bare.append(bare_startup())
        with running(OURS) as client:
            ours.append(client.startup)
    ratio = statistics.median(ours) / statistics.median(bare)
    print(
        f"{'start to init':24}{statistics.median(ours) * 1e3:12.1f} ms, {ratio:.2f} x a bare interpreter   (aim: x 1.3)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each bridge per figure (default 5)")
    runs = parser.parse_args().runs
    with_theirs = shutil.which(THEIRS[0]) is not None
    print_startup(max(runs, 9))
    print(f"{'':24}{'ours':>12}{'theirs':>12}      ratio   aim")
    for figure in FIGURES:
        ours, theirs = [], []
        for _ in range(runs):
            ours.append(once(OURS, figure.measure))
            if with_theirs:
                theirs.append(once(THEIRS, figure.measure))
        mine = statistics.median(ours)
        line = f"{figure.name:24}{mine:12.2f}"
        if theirs:
            line += f"{statistics.median(theirs):12.2f} {figure.unit:5}{mine / statistics.median(theirs):6.2f}"
        print(f"{line}   {figure.aim}", flush=True)


if __name__ == "__main__":
    main()
