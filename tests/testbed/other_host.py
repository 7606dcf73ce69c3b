"""Another host: a real sshd in the corner of this machine, on a free port of loopback."""

import base64
import contextlib
import socket
import subprocess
from pathlib import Path
from uuid import uuid4

from testbed.processes import wait_until
from testbed.system_console import Corner, Reply, System

NAME = "far.example.com"


class Far:
    """An sshd in the corner, on a free port of loopback, as the host far.example.com."""

    def __init__(self, corner: Corner, folder: Path, path: str, options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.host = f"{NAME}:{self.port}"
        self.log = folder / "sshd.log"
        self._corner, self._folder = corner, folder
        self._options = f"SetEnv PATH={path}\n{options}"
        self.start()

    def start(self) -> None:
        """With a new key."""
        key = self._folder / f"key-{uuid4().hex}"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        self.key = key.with_suffix(".pub").read_text().rpartition(" ")[0]
        said = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], check=True, capture_output=True, text=True).stdout
        self.fingerprint = said.split()[1]
        config = self._folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {key}\nStrictModes no\nPidFile none\n"
            f"LogLevel VERBOSE\n{self._options}"
        )
        self._corner.run("mkdir", "-p", "/run/sshd")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._corner.namespace.enter(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)]), stderr=log
            )
        wait_until(lambda: "Server listening" in self.log.read_text(), "sshd listens", 20)

    @property
    def line(self) -> str:
        """Of known_hosts(5)."""
        return f"[{NAME}]:{self.port} {self.key}\n"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def log_in(system: System, host: str, password: str = "S3cr3t-anna-7291", **more: str) -> Reply:
    credentials = base64.b64encode(f"anna:{password}".encode()).decode()
    return system.get(f"/cockpit+={host}/login", Authorization=f"Basic {credentials}", **more)


def commands_of(system: System) -> list[str]:
    """What the web server has started and what that has."""
    pids = system.children(system.gateway())
    pids += [child for pid in pids for child in system.children(pid)]
    names = []
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            names.append(Path(f"/proc/{pid}/comm").read_text().strip())
    return names
