"""What is measured of a bridge, each on a fresh one."""

import json
import os
import select
import statistics
import tempfile
import time
from collections.abc import Callable

from client import Client
from conversation import Conversation

Measure = Callable[[Client], float]
BUS = "org.freedesktop.DBus"
STALL = 2.0
"""Seconds without a byte read, after which a reader that stopped costs what it will cost."""


def memory_at_rest(client: Client) -> float:
    """MiB after the first channel has answered."""
    channel = client.open("echo")
    client.send(channel, b"x")
    client.data(channel)
    return client.memory()


def echo_latency(client: Conversation) -> float:
    """Microseconds of a message there and back, of a bridge or of a gateway."""
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


def echo_rate(size: int, count: int, window: int) -> Callable[[Conversation], float]:
    """Messages a second of `size` bytes, with so many on the way, of a bridge or of a gateway."""

    def measure(client: Conversation) -> float:
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


def dbus_calls(client: Client) -> float:
    channel = client.open("dbus-json3", bus="session", name=BUS)
    call = {"call": ["/org/freedesktop/DBus", BUS, "GetId", []]}
    count, sent, received = 4000, 0, 0
    started = time.perf_counter()
    while received < count:
        while sent < count and sent - received < 32:
            client.send(channel, json.dumps({**call, "id": str(sent)}).encode())
            sent += 1
        received += "id" in json.loads(client.data(channel))
    return count / (time.perf_counter() - started)


def unread(*, flow_control: bool) -> Measure:
    """MiB that a client costs which opens an endless stream and reads nothing of it."""

    def measure(client: Client) -> float:
        before = memory_at_rest(client)
        client.open("stream", spawn=["cat", "/dev/zero"], binary="raw", **{"flow-control": flow_control})
        select.select([], [], [], STALL)
        return client.memory() - before

    return measure
