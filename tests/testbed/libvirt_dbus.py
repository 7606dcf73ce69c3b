"""A private libvirt-dbus on a private bus: the real service, with a private libvirtd or a test driver of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from testbed import leaks
from testbed.libvirtd import Libvirtd
from testbed.processes import wait_until

NEEDED = ("dbus-daemon", "libvirt-dbus", "dbus-send")


def missing() -> str | None:
    """Why this machine cannot run it, or None if it can."""
    absent = [program for program in NEEDED if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    return f"not installed: {', '.join(absent)}" if absent else None


class LibvirtDbus:
    """The running service. `environ` lets a program find it as the system's (or the session's) own."""

    def __init__(self, folder: Path, libvirtd: Libvirtd | None) -> None:
        self._address = f"unix:path={folder}/bus"
        self._libvirtd = libvirtd
        kind = "session" if libvirtd is None else "system"
        self.environ: Mapping[str, str] = {f"DBUS_{kind.upper()}_BUS_ADDRESS": self._address}
        self._bus = self._spawn(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={self._address}"])
        self._service: subprocess.Popen[bytes] | None = None
        self._argv = ["libvirt-dbus", f"--{kind}"]
        try:
            wait_until((folder / "bus").exists, "the bus listens")
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start the service and wait until the bus knows it."""
        argv = self._argv if self._libvirtd is None else self._libvirtd.enter(self._argv)
        self._service = self._spawn(argv)
        wait_until(self._is_known, "libvirt-dbus is on the bus", timeout=30)

    def kill(self) -> None:
        """Kill the service as a crash would."""
        if self._service is not None:
            self._end(self._service)
            self._service = None

    def close(self) -> None:
        """End the service and its bus."""
        self.kill()
        self._end(self._bus)

    def _is_known(self) -> bool:
        ask = ["dbus-send", f"--bus={self._address}", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
        argv = [*ask, "org.freedesktop.DBus.GetNameOwner", "string:org.libvirt"]
        return subprocess.run(argv, capture_output=True, check=False, timeout=30).returncode == 0

    def _spawn(self, argv: list[str]) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            argv, env=os.environ | self.environ | {"LC_ALL": "C"}, stdin=quiet, stdout=quiet, stderr=quiet
        )
        leaks.own(process.pid)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait(timeout=30)
        leaks.disown(process.pid)


@contextmanager
def private_libvirt_dbus(libvirtd: Libvirtd | None = None) -> Iterator[LibvirtDbus]:
    """A new service on the system bus of `libvirtd`'s world, or on a session bus where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="pilothouse-"))
    try:
        service = LibvirtDbus(folder, libvirtd)
        try:
            yield service
        finally:
            service.close()
    finally:
        shutil.rmtree(folder)
