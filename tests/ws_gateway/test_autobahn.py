"""The Autobahn suite, where there is a Python 2.7 for it, against an echo on our websocket class."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from testbed.echo_route import Echo, EchoRoute

from ws_gateway import plugins
from ws_gateway.http.handler import Handler
from ws_gateway.sockets.frame_connection import FrameConnection
from ws_gateway.sockets.frames import BINARY

HERE = Path(__file__).parent / "autobahn"
INSTALLED = Path(__file__).parents[2] / "build/autobahn"
GOOD = ("OK", "INFORMATIONAL")
CASES = 247
"""Of classes 1 to 7 and 10: 9 measures, 12 and 13 are about compression, which we do not offer."""


def python2() -> str | None:
    """A Python 2.7 with pip; what pyenv has built need not be in the path."""
    built = sorted((Path.home() / ".pyenv/versions").glob("2.7.*/bin/python2.7"))
    for path in (shutil.which("python2.7"), *map(str, built)):
        if path and not subprocess.run([path, "-m", "pip", "--version"], capture_output=True).returncode:
            return path
    return None


class EchoConnection(FrameConnection):
    """Has the answer to text be text, and to bytes bytes."""

    def _take_one(self, opcode: int, payload: bytes) -> None:
        assert isinstance(self._receiver, Echo)
        self._receiver.is_binary = opcode == BINARY
        super()._take_one(opcode, payload)


class EchoToAnybody(Echo):
    """Without the checks of who asks: the suite is no browser."""

    def prepare(self) -> None:
        Handler.prepare(self)

    def get_websocket_protocol(self) -> Any:
        spoken: Any = super().get_websocket_protocol()
        return spoken and EchoConnection(self, spoken.params)


@pytest.fixture(scope="session")
def wstest() -> list[str]:
    """How the suite is called; it is installed into the build folder at first."""
    python = python2()
    if python is None:
        pytest.skip("there is no Python 2.7 here")
    if not INSTALLED.exists():
        new = INSTALLED.with_suffix(".new")
        install = ["-m", "pip", "install", "--quiet", "--target", str(new), "-r", str(HERE / "requirements.txt")]
        subprocess.run([python, *install], check=True, capture_output=True)
        new.rename(INSTALLED)
    return [python, str(HERE / "run.py"), str(INSTALLED)]


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_the_suite_finds_nothing(
    start: Any, monkeypatch: pytest.MonkeyPatch, wstest: list[str], tmp_path: Path
) -> None:
    made = EchoRoute(EchoToAnybody)
    monkeypatch.setattr(plugins, "load_entry_points", lambda manager: manager.register(made))
    port = (await start()).gateway.port
    specification = {
        "outdir": str(tmp_path / "reports"),
        "servers": [{"agent": "pilothouse", "url": f"ws://127.0.0.1:{port}/cockpit/echo"}],
        "cases": ["*"],
        "exclude-cases": ["9.*", "12.*", "13.*"],
        "exclude-agent-cases": {},
    }
    (tmp_path / "spec.json").write_text(json.dumps(specification))
    argv = [*wstest, "--mode", "fuzzingclient", "--spec", str(tmp_path / "spec.json")]
    await asyncio.to_thread(subprocess.run, argv, cwd=tmp_path, capture_output=True, check=True)
    results = json.loads((tmp_path / "reports/index.json").read_text())["pilothouse"]
    assert len(results) == CASES
    odd = {case: result for case, result in results.items() if result["behavior"] not in GOOD}
    assert len(odd) <= CASES - 240, odd
    assert [case for case, result in odd.items() if result["behavior"] != "NON-STRICT"] == []
    assert {case for case, result in results.items() if result["behaviorClose"] not in GOOD} == set()
