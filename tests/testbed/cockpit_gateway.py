"""Debian's cockpit-ws in a corner of the machine, with our session helper in place of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from testbed.processes import wait_until
from testbed.raw_web import accepts

COCKPIT_WS = Path("/usr/lib/cockpit/cockpit-ws")


class CockpitGateway(NamedTuple):
    pid: int
    port: int


@contextmanager
def cockpit_gateway(corner: Any, scheme: str, arguments: Sequence[str] = ()) -> Iterator[CockpitGateway]:
    """One that serves, and has our helper check those who log in by `scheme`."""
    program = corner.etc / "helper-of-test"
    call = f"from ws_gateway.system.session_helper import main; sys.exit(main({list(arguments)!r}))"
    program.write_text(f"#!{sys.executable} -I\nimport sys\n{call}\n")
    program.chmod(0o755)
    (corner.etc / "cockpit").mkdir(exist_ok=True)
    (corner.etc / "cockpit/cockpit.conf").write_text(f"[{scheme}]\nCommand = /etc/helper-of-test\n")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    argv = [str(COCKPIT_WS), "--no-tls", "--address", "127.0.0.1", "--port", str(port)]
    gateway = subprocess.Popen(corner.namespace.enter(argv), stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: accepts(port), "cockpit-ws serves")
        yield CockpitGateway(gateway.pid, port)
    finally:
        gateway.terminate()
        gateway.wait(timeout=10)
