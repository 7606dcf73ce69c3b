"""How fast the gateway is, with its bridge behind it, side by side with Debian's cockpit-ws where that is installed.

    .venv/bin/python benchmarks/gateway.py [--runs 5]

Runs alternate between the gateways; a figure is the median of its runs. The last column is what the project aims at.
"""

import argparse
import os
import re
import socket
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

from conversation import Conversation
from measures import echo_latency, echo_rate
from web_client import WebClient, request

THEIRS = Path("/usr/lib/cockpit/cockpit-ws")
FILE = "/cockpit/@localhost/base1/cockpit.js"
STREAM = 300 << 20
UPLOAD = 100 << 20


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that can be asked."""

    port: int
    cookie: str

    def client(self) -> WebClient:
        return WebClient(self.port, self.cookie)


Measure = Callable[[Running], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a name, a measurement, its unit, what is aimed at."""

    name: str
    unit: str
    measure: Measure
    aim: str


def conversing(measure: Callable[[Conversation], float]) -> Measure:
    """What is measured of a client's conversation, whoever is at its other end."""

    def with_client(gateway: Running) -> float:
        client = gateway.client()
        try:
            return measure(client)
        finally:
            client.close()

    return with_client


def download(gateway: Running) -> float:
    client = gateway.client()
    started = time.perf_counter()
    channel = client.open("stream", spawn=["head", "-c", str(STREAM), "/dev/zero"], binary="raw")
    assert client.until_close(channel) == STREAM
    took = time.perf_counter() - started
    client.close()
    return STREAM / 1e6 / took


def upload(gateway: Running) -> float:
    client = gateway.client()
    started = time.perf_counter()
    channel = client.open("stream", spawn=["sh", "-c", "cat >/dev/null"], binary="raw")
    block = b"z" * 65536
    for _ in range(UPLOAD // len(block)):
        client.send(channel, block, binary=True)
    client.control(command="done", channel=channel)
    client.until_close(channel)
    took = time.perf_counter() - started
    client.close()
    return UPLOAD / 1e6 / took


def package_file(gateway: Running) -> float:
    """Requests that ask whether a package's file is still the same, as a browser does that has it."""
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        status, headers, _ = request(connection, FILE, gateway.cookie)
        assert status == 200, status
        tag = headers.get("etag")
        fields = (f"If-None-Match: {tag}",) if tag else ()
        count = 200
        started = time.perf_counter()
        for _ in range(count):
            status, _, _ = request(connection, FILE, gateway.cookie, *fields)
            assert status in (200, 304)
        return count / (time.perf_counter() - started)


def connect(gateway: Running) -> float:
    times = []
    for _ in range(40):
        started = time.perf_counter()
        client = gateway.client()
        times.append(time.perf_counter() - started)
        client.close()
    return statistics.median(times) * 1e3


FIGURES = [
    Figure("echo, median", "us", conversing(echo_latency), "x 1.2"),
    Figure("echo, 64 B", "/s", conversing(echo_rate(64, 20_000, 64)), "x 1.0"),
    Figure("download", "MB/s", download, "x 1.5"),
    Figure("upload", "MB/s", upload, "x 3"),
    Figure("a package's file", "/s", package_file, "x 1.0"),
    Figure("connect to init", "ms", connect, "3 ms"),
]


@contextmanager
def ours() -> Iterator[Running]:
    """Our gateway, with a session."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "ws_gateway", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"XDG_RUNTIME_DIR": folder, "PYTHONUNBUFFERED": "1"},
            text=True,
        )
        assert process.stdout
        found = re.search(r":(\d+)/#token=(\S+)", process.stdout.readline())
        assert found, "it prints no link"
        port = int(found[1])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            _, headers, _ = request(connection, "/cockpit/login", "", f"Authorization: Bearer {found[2]}")
        yield Running(port, headers["set-cookie"].partition(";")[0])
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def theirs() -> Iterator[Running]:
    """Debian's, with its bridge, for whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    argv = [str(THEIRS), "--no-tls", "--local-session", "cockpit-bridge", "--address", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            WebClient(port, "").close()
            break
        except OSError:
            time.sleep(0.05)  # noqa: TID251 - there is no event loop here
    yield Running(port, "")
    process.terminate()
    process.wait(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each gateway per figure (default 5)")
    runs = parser.parse_args().runs
    print(f"{'':24}{'ours':>12}{'theirs':>12}      ratio   aim")
    for figure in FIGURES:
        mine, other = [], []
        for _ in range(runs):
            with ours() as gateway:
                mine.append(figure.measure(gateway))
            if THEIRS.exists():
                with theirs() as gateway:
                    other.append(figure.measure(gateway))
        line = f"{figure.name:24}{statistics.median(mine):12.2f}"
        if other:
            ratio = statistics.median(mine) / statistics.median(other)
            line += f"{statistics.median(other):12.2f} {figure.unit:5}{ratio:6.2f}"
        print(f"{line}   {figure.aim}", flush=True)


if __name__ == "__main__":
    main()
