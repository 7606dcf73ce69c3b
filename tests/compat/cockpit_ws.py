"""A running cockpit-ws, Debian's, with the bridge under test behind it; what its pages may complain about."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FrameLocator, Page
from testbed import leaks
from testbed.browser import Complaints
from testbed.namespace import Namespace
from testbed.processes import MARKER, carrying, process_table, wait_until

HERE = Path(__file__).parent
COCKPIT_WS = "/usr/lib/cockpit/cockpit-ws"
PAGES = Path("/usr/share/cockpit")
TIMEOUT = 20_000

CHATTER = (
    # These pages' own, whatever the bridge.
    "(FormSelect|TextArea) requires either an id or aria-label",
    "You are currently using minified code outside of NODE_ENV",
    "transport closed: disconnected",
    # There is no session bus here, and neither hostnamed, systemd nor any other service on the system bus.
    "Could not connect: No such file or directory",
    "failed to connect to session bus",
    r"The name \S+ was not provided by any .service files",
    "Scrollbar test exception",
    "ScheduledShutdown property not-found",
    "ListUnitsFiltered failed: +not-found",
    "loading available updates failed: .*not-found",
    # The pages ask Python modules that need not be installed.
    "(Tracer failed|get os list returned error): .*ModuleNotFoundError",
    # The machines page asks udevadm about devices, which need not be installed either.
    r"GET_NODE_DEVICE action failed for path \S+ (\[Errno 2\] .*'udevadm'|not-found)",
    # The terminal measures itself, on a machine that does much else.
    "task queue exceeded allotted deadline",
    # The terminal sets styles in a way that these pages' own policy forbids.
    "Applying inline style violates",
)
"""Complaints that are expected of Debian's pages on this machine."""


class Console:
    """A running cockpit-ws that needs no login, on a bus of its own; its bridges have an /etc of their own."""

    def __init__(self, bridge: Any, folder: Path, own_pages: Iterable[Path] = (), **environ: str) -> None:
        self.log = folder / "wire.log"
        self.bus = f"unix:path={folder}/bus"
        self._stderr = folder / "stderr"
        self._started: list[subprocess.Popen[bytes]] = []
        self.environ = self._environ(bridge.name, folder) | environ
        for page in own_pages:
            shutil.copytree(page, folder / "XDG_DATA_HOME/cockpit" / page.name)
        config = folder / "bus.conf"
        config.write_text(
            f"<busconfig><type>session</type><listen>{self.bus}</listen>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>'
        )
        session = folder / "session"
        self._space = _private_etc(folder / "changes")
        words = self._space.enter([sys.executable, "-I", str(HERE / "relay.py"), str(self.log), *bridge.argv])
        session.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in words) + "\n")
        session.chmod(0o755)
        self.log.touch()
        self.start("dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile")
        wait_until((folder / "bus").exists, "the bus is there")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        local = ["--no-tls", "--address=127.0.0.1", f"--port={self.port}", f"--local-session={session}"]
        self.start(COCKPIT_WS, *local)
        wait_until(self._answers, "cockpit-ws answers")

    def _environ(self, name: str, folder: Path) -> dict[str, str]:
        places = {
            place: str(folder / place) for place in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
        }
        for place in places.values():
            Path(place).mkdir(mode=0o700)
        own = folder / "XDG_DATA_HOME/cockpit"
        pages = {"XDG_DATA_DIRS": "/usr/share"} if name == "debian" else {"PILOTHOUSE_PLUGIN_PATH": f"{own}:{PAGES}"}
        kept = {key: os.environ[key] for key in ("PATH", MARKER) if key in os.environ}
        return kept | places | {"XDG_DATA_DIRS": str(folder / "share")} | pages | {
            "LANG": "C.UTF-8",
            "XDG_CONFIG_DIRS": str(folder / "etc"),
            "SSH_AUTH_SOCK": str(folder / "no-agent"),
            "DBUS_SYSTEM_BUS_ADDRESS": self.bus,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/no-bus",
        }  # fmt: skip

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        """Start a program with this console's environment, and end it with the console."""
        with self._stderr.open("ab") as errors:
            process = subprocess.Popen(argv, env=self.environ, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        leaks.own(process.pid)
        self._started.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End one program."""
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        leaks.disown(process.pid)
        self._started.remove(process)

    def close(self) -> None:
        for process in reversed(list(self._started)):
            self.end(process)
        # They end when they hear of the end of cockpit-ws, and write into the folder until then.
        wait_until(self._is_over, "the bridge and its back ends have ended")
        self._space.close()

    def run(self, *argv: str) -> str:
        """What a program says that sees the files as the bridge does."""
        done = subprocess.run(self._space.enter(argv), capture_output=True, check=True, text=True, timeout=10)
        return done.stdout

    def refused(self) -> dict[str, str]:
        """What the pages asked for that the bridge answered with not-supported, so far: request to message."""
        opened: dict[str, str] = {}
        found = {}
        for line in self.log.read_text().splitlines():
            arrow, _, text = line.partition(" ")
            if not text.startswith("{"):
                continue
            message = json.loads(text)
            if arrow == ">" and message["command"] == "open":
                wanted = {
                    key: message[key] for key in ("payload", "bus", "name", "internal", "source") if key in message
                }
                opened[message["channel"]] = json.dumps(wanted)
            if arrow == "<" and message["command"] == "close" and message.get("problem") == "not-supported":
                found[opened.get(message["channel"], "?")] = message.get("message", "")
        return found

    def _is_over(self) -> bool:
        return not carrying("DBUS_SYSTEM_BUS_ADDRESS", self.bus, process_table())

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ping", timeout=1) as response:
                return bool(response.status == 200)
        except OSError:
            return False


def _private_etc(changes: Path) -> Namespace:
    """Mounts in which /etc can be changed, and the machine's stays as it is."""
    space = Namespace()
    try:
        changes.mkdir()
        space.mount("-t", "tmpfs", "none", changes)
        space.run("mkdir", changes / "upper", changes / "work")
        space.mount(
            "-t", "overlay", "-o", f"lowerdir=/etc,upperdir={changes}/upper,workdir={changes}/work", "none", "/etc"
        )
        space.run("cp", "--no-preserve=all", "/etc/hostname", "/etc/motd")
    except BaseException:
        space.close()
        raise
    return space


@contextlib.contextmanager
def running(bridge: Any, own_pages: Iterable[Path] = (), **environ: str) -> Iterator[Console]:
    """One with Debian's pages, and those in `own_pages`, which are the user's own; skips where it is not installed."""
    for program in (COCKPIT_WS, bridge.argv[0], "dbus-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    with tempfile.TemporaryDirectory(prefix="ph-") as name, contextlib.ExitStack() as stack:
        started = Console(bridge, Path(name), own_pages, **environ)
        stack.callback(started.close)
        yield started
        if log := os.environ.get("COMPAT_WIRE_LOG"):
            shutil.copy(started.log, f"{log}.{bridge.name}")


@contextlib.asynccontextmanager
async def opened(chromium: Browser, complaints: Complaints, console: Console, **options: Any) -> AsyncIterator[Page]:
    """A browser's page; `options` are those of its context."""
    context = await chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce", **options)
    context.set_default_timeout(TIMEOUT)
    complaints.watch(context)
    try:
        yield await context.new_page()
    finally:
        await context.close()
    refused = console.refused()
    assert not refused, f"the pages asked for something that this bridge does not have: {refused}"


def frame(page: Page, name: str) -> FrameLocator:
    return page.frame_locator(f'iframe[name="cockpit1:localhost/{name}"]')
