"""The program under test as a person starts it: `pilothouse serve`, with a home of its own."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from testbed import processes
from testbed.libvirtd import Libvirtd

from bridge.testing.console import LINK, isolated_environment
from bridge.testing.console import Console as PlainConsole

STOPS_WITHIN = 5.0
PROGRAM = str(Path(sys.executable).parent / "pilothouse")
OWN_MARK = "PILOTHOUSE_TEST_CONSOLE"


class Console(PlainConsole):
    """One running console that leaves nothing behind: `stop()` checks that it ended as promised."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        demo: bool = False,
        libvirtd: Libvirtd | None = None,
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self._mark = uuid4().hex
        own = {OWN_MARK: self._mark, **({"PILOTHOUSE_DEMO": "1"} if demo else {}), **(environ or {})}
        program = libvirtd.enter([PROGRAM]) if libvirtd else [PROGRAM]
        super().__init__(directory, program=program, port=port, environ=own, arguments=arguments)

    def new_link(self) -> str:
        """A fresh login link, from `pilothouse login-url`."""
        argv = [PROGRAM, "login-url"]
        done = subprocess.run(argv, env=self.environ, check=True, capture_output=True, text=True, timeout=30)
        found = LINK.search(done.stdout)
        assert found, f"login-url printed no link: {done.stdout}"
        return found[0]

    def processes(self) -> list[str]:
        """The command lines of everything it started that has not ended, itself included."""
        table = processes.process_table()
        pids = processes.carrying(OWN_MARK, self._mark, table)
        return [processes.describe(pid) for pid in sorted(pids)]

    def stop(self) -> None:
        """Stops it by SIGTERM: it must end within STOPS_WITHIN seconds with status 0, and nothing may be left."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            left = self.processes()
            self.kill()
            raise AssertionError(f"the console did not end within {STOPS_WITHIN:g} s: {left}\n{self.output}") from None
        left = self.processes()
        self.kill()
        assert status == 0, f"the console ended with status {status}:\n{self.output}"
        assert left == [], "processes outlived the console"

    def kill(self) -> None:
        """Ends it and everything it started, unconditionally."""
        for pid in processes.carrying(OWN_MARK, self._mark, processes.process_table()):
            processes.kill_quietly(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=10)


def run_to_end(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `pilothouse` with these arguments, for a command that is expected to end by itself."""
    argv, environ = [PROGRAM, *arguments], isolated_environment(directory)
    return subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=30, check=False, cwd=directory)
