"""Random logins for hours: whether anything of them stays. Needs root; the accounts and settings are nobody else's.

    .venv/bin/python benchmarks/login_soak.py [--hours 24] [--seed 1] [--people 6]

People log in and out, mistype their password, leave in the middle, lose their connection, and wait. Every so often all
pause until the console has forgotten them: then its memory, its file descriptors and its processes are counted. The
exit status is 1 where the memory grew by 1 MB an hour or more, the others at all, or something was left over. What it
runs is this tree, which must not change meanwhile; in less than some hours the memory has not reached its size.
"""

import argparse
import base64
import random
import select
import socket
import ssl
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from testbed.processes import descendants, process_table, wait_until
from testbed.system_console import Corner, Reply, System
from web_client import WebClient

if TYPE_CHECKING:
    from collections.abc import Callable

ROUND = 60.0
"""Seconds between two pauses."""
FORGOTTEN_WITHIN = 120.0
"""Seconds after which nothing may be left of those who went without a word."""
SLOPE_MAX = 1.0
"""MB an hour."""
WARM_UP = 0.3
"""The part of the time in which a program reaches its size."""
FEW = 2
"""File descriptors that are a connection of ours that is just being closed."""
PASSWORD = "S3cr3t-of-the-soak"
SETTINGS = "[WebService]\nMaxStartups = 40\n[Basic]\nresponse-timeout = 5\n"
RESET = struct.pack("ii", 1, 0)
"""Of SO_LINGER: a connection that is closed without a word."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the console is when nobody is logged in."""

    at: float
    """Seconds since the start."""
    memory: float
    """MB of the gateway and the monitor."""
    descriptors: int
    processes: int


class Person:
    """Somebody who does one thing after the other."""

    def __init__(self, system: System, chance: random.Random, results: Counter[str]) -> None:
        self._system = system
        self._chance = chance
        self._results = results

    def act(self) -> None:
        """One of the things that people do."""
        deed: Callable[[], str] = self._chance.choice(
            [self._work, self._work, self._mistype, self._leave_a_question, self._hang_up, self._lose, self._wait]
        )
        try:
            self._results[deed()] += 1
        except (OSError, EOFError, RuntimeError, TimeoutError) as exc:
            self._results[f"{deed.__name__.strip('_')}: {type(exc).__name__}"] += 1

    def _source(self) -> str:
        return f"127.{self._chance.randrange(1, 200)}.{self._chance.randrange(256)}.{self._chance.randrange(1, 255)}"

    def _log_in(self, user: str, password: str = PASSWORD) -> Reply:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        return self._system.get("/cockpit/login", self._source(), Authorization=f"Basic {credentials}")

    def _enter(self) -> WebClient:
        login = self._log_in("anna")
        if login.status != 200:
            raise RuntimeError(login.json["problem"])
        return WebClient(self._system.port, login.headers["set-cookie"].partition(";")[0], self._system.context)

    def _work(self) -> str:
        client = self._enter()
        for _ in range(self._chance.randrange(1, 5)):
            channel = client.open("echo")
            client.send(channel, b"x" * self._chance.randrange(1, 100_000))
            client.data(channel)
        return _log_out(client, "worked")

    def _wait(self) -> str:
        client = self._enter()
        until = time.monotonic() + self._chance.uniform(0, 20)
        while time.monotonic() < until:
            client.answer_pings()
            select.select([client], [], [], 0.2)
        return _log_out(client, "waited")

    def _lose(self) -> str:
        client = self._enter()
        client.abort()
        return "lost the connection"

    def _mistype(self) -> str:
        return f"mistyped: {self._log_in(self._chance.choice(['anna', 'nobody-at-all']), 'guess').status}"

    def _leave_a_question(self) -> str:
        return f"left a question: {self._log_in('emil').status}"

    def _hang_up(self) -> str:
        credentials = base64.b64encode(f"anna:{PASSWORD}".encode())
        with socket.create_connection(("127.0.0.1", self._system.port), source_address=(self._source(), 0)) as plain:
            connection = self._system.context.wrap_socket(plain, server_hostname="127.0.0.1")
            connection.sendall(
                b"GET /cockpit/login HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic %b\r\n\r\n" % credentials
            )
            select.select([connection], [], [], self._chance.uniform(0, 1))
            with suppress(ssl.SSLError, OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
        return "hung up"


def _log_out(client: WebClient, done: str) -> str:
    client.control(command="logout", disconnect=True)
    with suppress(EOFError):
        while True:
            client.message()
    client.close()
    return done


def take_sample(system: System, started: float) -> Sample:
    """When all is quiet."""
    gateway = system.gateway()
    # What has just ended is still there for a moment.
    wait_until(
        lambda: descendants({system.process.pid}, process_table()) == {gateway},
        "everybody is forgotten",
        FORGOTTEN_WITHIN,
    )
    processes = len(descendants({system.process.pid}, process_table()))
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (gateway, system.process.pid))
    descriptors = len(list(Path(f"/proc/{gateway}/fd").iterdir()))
    return Sample(time.monotonic() - started, pages * 4096 / 1e6, descriptors, processes)


def soak(system: System, hours: float, seed: int, people: int) -> list[Sample]:
    """The samples; one line for each."""
    results: Counter[str] = Counter()
    started = time.monotonic()
    samples: list[Sample] = []
    while time.monotonic() < started + hours * 3600 or len(samples) < 3:
        pause = time.monotonic() + ROUND

        def live(number: int, pause: float = pause) -> None:
            person = Person(system, random.Random(f"{seed} {len(samples)} {number}"), results)
            while time.monotonic() < pause:
                person.act()

        threads = [threading.Thread(target=live, args=(number,)) for number in range(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        samples.append(sample := take_sample(system, started))
        done = sum(results.values())
        print(
            f"{sample.at:7.0f} s  {done:6} deeds  {sample.memory:6.2f} MB  {sample.descriptors:3} descriptors  "
            f"{sample.processes} processes",
            flush=True,
        )
    for result, count in results.most_common():
        print(f"{count:8} {result}")
    return samples


def judge(samples: list[Sample]) -> list[str]:
    """What is out of bounds, of the samples after the warm-up."""
    steady = [sample for sample in samples if sample.at >= WARM_UP * samples[-1].at]
    slope = statistics.linear_regression([s.at / 3600 for s in steady], [s.memory for s in steady]).slope
    print(f"memory: {steady[0].memory:.2f} to {steady[-1].memory:.2f} MB, {slope:+.2f} MB an hour")
    print(f"file descriptors: {[s.descriptors for s in (steady[0], steady[-1])]}")
    print(f"processes: {[s.processes for s in (steady[0], steady[-1])]}")
    wrong = [f"the memory grows by {slope:.2f} MB an hour"] if slope >= SLOPE_MAX else []
    if steady[-1].descriptors > steady[0].descriptors + FEW:
        wrong.append("file descriptors are left open")
    if len({sample.processes for sample in samples}) > 1:
        wrong.append("processes are left over")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=6)
    options = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        corner = Corner(Path(folder))
        try:
            for user in ("anna", "emil"):
                corner.user(user, PASSWORD)
            corner.run("chage", "-d", "0", "emil")
            (corner.etc / "pilothouse").mkdir()
            (corner.etc / "pilothouse" / "pilothouse.conf").write_text(SETTINGS)
            system = System(corner, Path(folder))
            system.context.check_hostname = False
            try:
                wrong += judge(soak(system, options.hours, options.seed, options.people))
                system.stop()
            except (TimeoutError, AssertionError) as exc:
                wrong.append(str(exc).partition("\n")[0])
            finally:
                system.kill()
        finally:
            corner.namespace.close()
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
