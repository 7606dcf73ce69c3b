"""The keys by which a host is known: the administrator's file, or else what the person accepted before.

People's browsers keep what they accepted, as Cockpit's do, and send it after the password (reference 4.4).
"""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from bridge.protocol import Problem

ADMINISTRATORS = Path("/etc/ssh/ssh_known_hosts")
LINES_MAX = 16
"""Keys of one host that a person can have accepted."""
TEXT_MAX = 4096
"""Characters of all of them."""
_ENVIRON = {"PATH": "/usr/bin:/bin"}
_KEY = re.compile(r"[a-z0-9][a-z0-9@.-]{1,63} [A-Za-z0-9+/]{16,2048}={0,2}")


class KnownKeys:
    """From `__enter__` to `__exit__` there is `file`, to which ssh adds what the person accepts."""

    def __init__(self, host: str, text: str) -> None:
        """`host` as known_hosts(5) has it; of `text`, what the browser has, only this host's plain lines count."""
        self._host = host
        self._text = "".join(f"{line}\n" for line in accepted_keys(host, text))

    def __enter__(self) -> Self:
        """Problem `internal-error` where the administrator's file cannot be read: what it says is not known then."""
        known = "" if is_known(self._host, ADMINISTRATORS) else self._text
        # Closed and named: ssh opens it anew.
        self._file = tempfile.NamedTemporaryFile("w", prefix="pilothouse-hosts-")
        self._file.write(known)
        self._file.flush()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    @property
    def file(self) -> Path:
        """For ssh's `UserKnownHostsFile`."""
        return Path(self._file.name)

    def now(self) -> str:
        """What a browser should keep."""
        with self.file.open() as file:
            return "".join(f"{line}\n" for line in accepted_keys(self._host, file.read(TEXT_MAX)))


def accepted_keys(host: str, text: str) -> list[str]:
    """The lines for `host`, without markers, patterns and other hosts' keys."""
    lines = text[:TEXT_MAX].splitlines()
    keys = [key for name, _, key in (line.strip().partition(" ") for line in lines) if name == host]
    return [f"{host} {key}" for key in keys if _KEY.fullmatch(key)][:LINES_MAX]


def is_known(host: str, file: Path) -> bool:
    """Whether the administrator says what the host's key is."""
    try:
        with file.open("rb"):
            argv = ["ssh-keygen", "-F", host, "-f", str(file)]
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, env=_ENVIRON)
    except FileNotFoundError:
        return False
    except (OSError, subprocess.TimeoutExpired):
        raise Problem("internal-error", f"{file} cannot be read on this machine.") from None
    return bool(done.stdout)
