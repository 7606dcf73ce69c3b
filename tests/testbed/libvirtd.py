"""A private system libvirtd: the real daemon with QEMU in software, on directories of its own.

The machine's own libvirt, its domains and its firewall are never touched: see `namespace`. The daemon runs with
an empty /run, so it finds no system bus and no systemd to register its guests with.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import libvirt
from testbed import leaks, libvirt_loop
from testbed.cgroups import UNIFIED, Partition
from testbed.namespace import Namespace, child_pids
from testbed.processes import kill_quietly, process_table, wait_until

NEEDED = ("libvirtd", "virsh", "qemu-system-x86_64", "unshare", "nsenter", "ip")

_WITH_ALL = {
    "qemu": libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM,
    "lxc": 0,
}
"""What a domain that is removed takes along."""

_KEEPALIVE = (5, 3)
"""Seconds between two questions whether the daemon is there, and how many may stay unanswered."""

QEMU_CONF = """\
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
"""

LIBVIRTD_CONF = """\
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
"""

HELD_QEMU_IMG = """\
#!/bin/sh
# A copy has begun, and goes on when the file is gone that holds it.
folder=$(dirname "$0")
for target; do :; done
if [ "$1" = convert ] && [ -e "$folder/hold" ]; then
    head -c 1048576 /dev/urandom >"$target"
    while [ -e "$folder/hold" ]; do sleep 0.05; done
fi
exec "$(PATH=${PATH#"$folder":} command -v qemu-img)" "$@"
"""


def missing() -> str | None:
    """Why this machine cannot run the test bed, or None if it can."""
    if os.geteuid() != 0:
        return "a private libvirtd needs root for its mount namespace"
    absent = [program for program in NEEDED if shutil.which(program) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


class Libvirtd:
    """The running daemon. `uri` reaches it from this process, `enter` lets a program see it as qemu:///system."""

    def __init__(self, directory: Path, *, containers: bool = False) -> None:
        self.driver = "lxc" if containers else "qemu"
        self._socket = directory / "run/libvirt/libvirt-sock"
        self._programs = directory / "bin"
        self.uri = f"{self.driver}+unix:///system?socket={self._socket}"
        self.partition = Partition() if containers else None
        self._daemon: subprocess.Popen[bytes] | None = None
        self._namespace = Namespace()
        try:
            self._prepare(directory)
            self.start()
            if self.domains():
                raise RuntimeError(f"{self.uri} has domains already; the tests use a libvirtd of their own only")
        except BaseException:
            self.close()
            raise

    def _prepare(self, directory: Path) -> None:
        run, etc = directory / "run", directory / "etc"
        for name in ("libvirt", "lock"):
            (run / name).mkdir(parents=True)
        etc.mkdir()
        self._programs.mkdir()
        shim = self._programs / "qemu-img"
        shim.write_text(HELD_QEMU_IMG)
        shim.chmod(0o755)
        (etc / "qemu.conf").write_text(QEMU_CONF)
        (etc / "libvirtd.conf").write_text(LIBVIRTD_CONF)
        ns = self._namespace
        if self.partition is not None:
            if UNIFIED.is_mount():
                ns.run("umount", UNIFIED)
        elif Path("/sys/fs/cgroup").is_mount():
            # Without cgroups in sight libvirt makes none, so none has to be removed.
            ns.run("umount", "--recursive", "--lazy", "/sys/fs/cgroup")
        ns.mount("--bind", run, "/run")
        # In memory: libvirt waits for the disk with every machine that it defines, and a disk that is busy takes long.
        for state in ("/etc/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt"):
            ns.mount("-t", "tmpfs", "tmpfs", state)
        ns.run("cp", "--", str(etc / "qemu.conf"), str(etc / "libvirtd.conf"), "/etc/libvirt")
        ns.start_inside()
        subprocess.run(ns.enter_inside(["ip", "link", "set", "lo", "up"]), check=True, timeout=30)

    def start(self) -> None:
        """Starts the daemon and waits until it answers. Guests that a killed one left running are found again."""
        assert self._daemon is None, "libvirtd runs already"
        environ = os.environ | {"PATH": f"{self._programs}:{os.environ.get('PATH', os.defpath)}"}
        argv = self._namespace.enter_inside(["libvirtd"])
        self._daemon = subprocess.Popen(argv, stdin=subprocess.DEVNULL, env=environ)
        leaks.own(self._daemon.pid)
        wait_until(self._answers, "libvirtd answers", timeout=60)

    def kill(self) -> None:
        """Kills the daemon as a crash would (SIGKILL). Its guests run on."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stops the daemon as an administrator would (SIGTERM). Its guests run on."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """`stop`, then `start`."""
        self.stop()
        self.start()

    def hang(self) -> None:
        """Stops the daemon in its tracks: it is there, accepts connections, and answers nothing until `go_on`."""
        assert self._daemon is not None, "libvirtd does not run"
        for pid in child_pids(self._daemon.pid):
            kill_quietly(pid, signal.SIGSTOP)
        # nsenter stops itself along with its child.
        starter = self._daemon.pid
        wait_until(lambda: process_table()[starter].state == "T", "libvirtd has stopped")

    def go_on(self) -> None:
        """Ends `hang`."""
        assert self._daemon is not None, "libvirtd does not run"
        for pid in (self._daemon.pid, *child_pids(self._daemon.pid)):
            kill_quietly(pid, signal.SIGCONT)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """`hang` while this lasts, and `go_on` however it ends."""
        self.hang()
        try:
            yield
        finally:
            if self.running():
                self.go_on()

    @contextmanager
    def copies_held(self) -> Iterator[Callable[[], None]]:
        """Copies of qcow2 volumes stop after their first MiB until what this gives is called, or it ends."""
        hold = self._programs / "hold"
        hold.touch()
        try:
            yield partial(hold.unlink, missing_ok=True)
        finally:
            hold.unlink(missing_ok=True)

    def running(self) -> bool:
        """Whether the daemon was started and neither stopped nor killed since."""
        return self._daemon is not None and self._daemon.poll() is None

    def enter(self, argv: Sequence[str]) -> list[str]:
        """`argv`, prefixed so that the program finds this daemon as plain qemu:///system."""
        return self._namespace.enter(argv)

    def enter_inside(self, argv: Sequence[str]) -> list[str]:
        """`argv`, prefixed so that the program runs beside this daemon, in its network."""
        return self._namespace.enter_inside(argv)

    def virsh(self, *arguments: str) -> str:
        """What virsh prints. A failure raises RuntimeError with virsh's own sentence."""
        done = self._virsh(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"virsh {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def define(self, xml: str) -> str:
        """Defines a persistent domain and gives its UUID."""
        with self._connection() as connection:
            return str(connection.defineXML(xml).UUIDString())

    def create(self, xml: str) -> str:
        """Starts a transient domain and gives its UUID."""
        with self._connection() as connection:
            return str(connection.createXML(xml).UUIDString())

    def domains(self) -> list[str]:
        """The UUIDs of all domains, running or not."""
        with self._connection() as connection:
            return [domain.UUIDString() for domain in connection.listAllDomains()]

    def clean(self) -> None:
        """Back to a daemon that answers, without domains, pools and networks: before every test, and after."""
        if not self.running():
            self._daemon = None
            self.start()
        wait_until(self._nothing_is_left, "domains, pools and networks can be removed", timeout=30)

    def close(self) -> None:
        """Ends the daemon, every guest and the namespace. Safe to call twice."""
        if self._daemon is not None:
            self._end(signal.SIGKILL)
        self._namespace.close()
        if self.partition is not None:
            self.partition.close()

    def _answers(self) -> bool:
        assert self._daemon is not None
        if self._daemon.poll() is not None:
            raise RuntimeError(f"libvirtd ended at its start with exit status {self._daemon.returncode}")
        if not self._socket.exists():
            return False
        try:
            with self._connection():
                return True
        except libvirt.libvirtError:
            return False

    def _end(self, number: signal.Signals) -> None:
        daemon = self._daemon
        assert daemon is not None, "libvirtd does not run"
        for pid in child_pids(daemon.pid):
            kill_quietly(pid, number)
        wait_until(lambda: self._has_ended(daemon), "libvirtd ends", timeout=30)
        leaks.disown(daemon.pid)
        self._daemon = None

    def _has_ended(self, daemon: subprocess.Popen[bytes]) -> bool:
        if daemon.poll() is None:
            # nsenter stops when its child does; stopped, it would not see the child's end.
            self.go_on()
        return daemon.returncode is not None

    def _virsh(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = ["virsh", "--connect", self.uri, *arguments]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)

    def _nothing_is_left(self) -> bool:
        """Removes all there is. A pool stays as long as something is written to it, be it by who has ended just now."""
        with self._connection() as connection:
            domains = connection.listAllDomains()
            others = (*connection.listAllStoragePools(), *connection.listAllNetworks())
            for domain in domains:
                _remove(domain, lambda domain: domain.undefineFlags(_WITH_ALL[self.driver]))
            for other in others:
                _remove(other, lambda other: other.undefine())
        return not domains and not others

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """One of this process, which costs a twentieth of a virsh. A daemon that hangs ends it."""
        libvirt_loop.run()
        connection = libvirt.open(self.uri)
        try:
            connection.setKeepAlive(*_KEEPALIVE)
            yield connection
        finally:
            connection.close()


def _remove(item: Any, undefine: Callable[[Any], object]) -> None:
    """What is off cannot be destroyed, and what is transient is gone then: only the result counts."""
    for act in (lambda item: item.destroy(), undefine):
        with suppress(libvirt.libvirtError):
            act(item)


@contextmanager
def private_libvirtd(*, containers: bool = False) -> Iterator[Libvirtd]:
    """A new daemon in a directory of /tmp, both gone at the end; with `containers` for them, and not for QEMU.

    The directory's name is short: socket paths are limited to 107.
    """
    directory = Path(tempfile.mkdtemp(prefix="pilothouse-"))
    try:
        daemon = Libvirtd(directory, containers=containers)
        try:
            yield daemon
        finally:
            daemon.close()
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(directory)
