"""The program as a person starts it, `pilothouse serve`, with a home of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

PROGRAM = (sys.executable, "-m", "ws_gateway")
LINK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):(\d+)/#token=\S+")
STARTS_WITHIN = 30.0
STOPS_WITHIN = 10.0
_LOOK_EVERY = 0.05


class Console:
    """One running console. Made running; whoever made it calls `stop`.

    `link` is what it printed, `url` the same without the token, `data_home` its XDG_DATA_HOME.
    """

    def __init__(
        self,
        directory: Path,
        *,
        arguments: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        port: int = 0,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """`directory` becomes its home; `environ` and `arguments` are added. RuntimeError if it does not start."""
        self._log = directory / "console.log"
        self.environ = isolated_environment(directory) | dict(environ or {})
        self.data_home = Path(self.environ["XDG_DATA_HOME"])
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*program, "serve", "--port", str(port), *arguments],
                env=self.environ,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.link = self._wait_for_link()
        except BaseException:
            self.kill()
            raise
        self.url = self.link.partition("#")[0]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    @property
    def output(self) -> str:
        """Everything that it printed so far."""
        return self._log.read_text(errors="replace")

    def add_plugin(self, folder: Path) -> None:
        """Let it have a plugin, as developers do: by a link in the user's folder of plugins."""
        plugins = self.data_home / "pilothouse/plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        (plugins / folder.name).symlink_to(folder)

    def stop(self) -> None:
        """Stop it by SIGTERM; it must end with status 0."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the console did not end within {STOPS_WITHIN:g} s:\n{self.output}") from None
        assert status == 0, f"the console ended with status {status}:\n{self.output}"

    def kill(self) -> None:
        """End it unconditionally; its bridges end when they see that."""
        self.process.kill()
        self.process.wait(timeout=10)

    def _wait_for_link(self) -> str:
        until = monotonic() + STARTS_WITHIN
        while not (found := LINK.search(self.output)):
            try:
                status = self.process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                if monotonic() > until:
                    raise RuntimeError(f"the console printed no link within {STARTS_WITHIN:g} s") from None
            else:
                raise RuntimeError(f"the console ended at its start with status {status}:\n{self.output}")
        return found[0]


def isolated_environment(directory: Path) -> dict[str, str]:
    """The caller's environment with a home, a runtime folder and XDG folders below `directory`.

    XDG_DATA_DIRS keeps out the plugins that are installed on this machine.
    """
    places = {
        "HOME": directory / "home",
        "XDG_CACHE_HOME": directory / "home/.cache",
        "XDG_CONFIG_HOME": directory / "home/.config",
        "XDG_DATA_HOME": directory / "home/.local/share",
        "XDG_DATA_DIRS": directory / "share",
        "XDG_STATE_HOME": directory / "home/.local/state",
        "XDG_RUNTIME_DIR": directory / "run",
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    places["XDG_RUNTIME_DIR"].chmod(0o700)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    inherited.pop("SSH_CONNECTION", None)
    return inherited | {key: str(place) for key, place in places.items()} | {"LANG": "C.UTF-8"}
