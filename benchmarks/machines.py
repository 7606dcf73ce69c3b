"""How fast the machines back end is, with 1,000 defined and 20 running domains on a private libvirtd, per provider.

    .venv/bin/python benchmarks/machines.py [--runs 5] [--domains 1000] [--running 20] [--providers virsh,…]

Needs root, as the tests' libvirtd does. Each run starts a cold back end and speaks to it as a page does; there is no
browser in these figures. A figure is the median of its runs; all runs are printed before. Times count from the start of
the back end's process (`cold`, which a page waits for once) and from the `open` of a channel on one that runs (`warm`).
The last columns are what the project aims at, for libvirt-python and for the others.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import libvirt

sys.path.append(str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from client import Client
from testbed.domain_xml import domain_xml
from testbed.libvirt_dbus import private_libvirt_dbus
from testbed.libvirtd import Libvirtd, private_libvirtd

from manifests import merge

COMMAND = [sys.executable, "-I", "-m", "bridge", "--backend", "machines"]
PROVIDERS = ("libvirt-python", "libvirt-dbus", "virsh")
REST = 20.0
"""Seconds over which the processor time at rest is taken, with statistics every 2 s."""
AIMS = {
    "first rows, cold": ("0.5 s", ""),
    "all names and states, cold": ("1.5 s", ""),
    "every column, cold": ("3 s", "D-Bus 3 s, virsh 4 s"),
    "processor for all that": ("", ""),
    "first rows, warm": ("", ""),
    "all names and states, warm": ("", ""),
    "every column, warm": ("", ""),
    "a change shown": ("0.3 s", ""),
    "memory": ("60 MiB", ""),
    "memory with children": ("", ""),
    "processor at rest": ("5 %", ""),
}


class Page:
    """A channel, and what a page that applies its patches has."""

    def __init__(self, client: Client, **options: Any) -> None:
        self._client = client
        self.state: dict[str, Any] = {}
        self._channel = client.open("libvirt1", **options)

    def step(self) -> None:
        """Take the next message."""
        message = json.loads(self._client.data(self._channel))
        if message.get("method") == "state":
            self.state = merge.apply(self.state, message["params"]["patch"])

    def until(self, condition: Callable[[Mapping[str, Any]], bool]) -> float:
        """When `condition` holds for the domains."""
        while not condition(self.state.get("domains", {})):
            self.step()
        return time.perf_counter()


def fill(daemon: Libvirtd, count: int, running: int) -> list[str]:
    """Define the domains, each with a title, and start the first of them; their UUIDs."""
    connection = libvirt.open(daemon.uri)
    keys = []
    for number in range(count):
        domain = connection.defineXML(domain_xml(f"machine-{number:04d}", title=f"Machine number {number}"))
        keys.append(domain.UUIDString())
        if number < running:
            domain.create()
    connection.close()
    return keys


def has_columns(rows: Mapping[str, Any], count: int) -> bool:
    """Whether each of the domains has what comes last, from its XML."""
    return len(rows) == count and all("title" in row for row in rows.values())


def loads(page: Page, count: int, started: float, how: str) -> Iterator[tuple[str, float]]:
    """The times of one load."""
    yield f"first rows, {how}", page.until(bool) - started
    yield f"all names and states, {how}", page.until(lambda rows: len(rows) == count) - started
    yield f"every column, {how}", page.until(lambda rows: has_columns(rows, count)) - started


def measure(
    daemon: Libvirtd, options: dict[str, Any], environ: dict[str, str], keys: list[str], rest: float
) -> dict[str, float]:
    """One run."""
    started = time.perf_counter()
    client = Client(COMMAND, environ)
    try:
        page = Page(client, **options)
        found = dict(loads(page, len(keys), started, "cold"))
        found["processor for all that"] = sum(map(cpu_time, tree(client.process.pid)))
        found["a change shown"] = statistics.median(change(daemon, page, key) for key in keys[:5])
        again = time.perf_counter()
        other = Page(client, **options)
        found |= loads(other, len(keys), again, "warm")
        found |= at_rest(client, rest)
        return found
    finally:
        client.close()


def change(daemon: Libvirtd, page: Page, key: str) -> float:
    """Seconds from somebody else's pausing a running domain to its being paused in the state."""
    connection = libvirt.open(daemon.uri)
    domain = connection.lookupByUUIDString(key)
    started = time.perf_counter()
    domain.suspend()
    shown = page.until(lambda rows: bool(rows[key]["state"] == "paused")) - started
    domain.resume()
    page.until(lambda rows: bool(rows[key]["state"] == "running"))
    connection.close()
    return shown


def at_rest(client: Client, seconds: float) -> Iterator[tuple[str, float]]:
    """Memory, and the share of a core that the back end and its children use meanwhile, statistics included."""
    processes = tree(client.process.pid)
    before = sum(map(cpu_time, processes))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        client.message()
    used = sum(map(cpu_time, processes)) - before
    yield "memory", pss(client.process.pid)
    yield "memory with children", sum(map(pss, processes))
    yield "processor at rest", 100 * used / seconds


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in tree(int(child)))]


def cpu_time(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float:
    """Proportional set size in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def way(daemon: Libvirtd, provider: str) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The options of a channel and the environment of a back end that reach `daemon` that way."""
    options = {"uri": daemon.uri, "provider": provider, "interval": 2000}
    if provider != "libvirt-dbus":
        yield options, {}
        return
    with private_libvirt_dbus(daemon) as service:
        yield options | {"uri": "qemu:///system"}, dict(service.environ)


def main() -> None:
    parser = argparse.ArgumentParser(description=cast("str", __doc__).splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--running", type=int, default=20)
    parser.add_argument("--rest", type=float, default=REST)
    parser.add_argument("--providers", default=",".join(PROVIDERS))
    arguments = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with private_libvirtd() as daemon:
        keys = fill(daemon, arguments.domains, arguments.running)
        print(f"{arguments.domains} domains, {arguments.running} running; load {os.getloadavg()[0]:.1f}", flush=True)
        for provider in arguments.providers.split(","):
            with way(daemon, provider) as (options, environ):
                runs = [measure(daemon, options, environ, keys, arguments.rest) for _ in range(arguments.runs)]
            results[provider] = {name: statistics.median(run[name] for run in runs) for name in AIMS}
            for name in AIMS:
                print(f"{provider}: {name}:", *(f"{run[name]:.2f}" for run in runs), flush=True)
    print(f"\n| median of {arguments.runs} | {' | '.join(results)} | aim | others' aim |")
    print("|---|" + "---|" * (len(results) + 2))
    for name, aims in AIMS.items():
        print(f"| {name} | {' | '.join(f'{result[name]:.2f}' for result in results.values())} | {' | '.join(aims)} |")


if __name__ == "__main__":
    main()
