"""Wire-level conformance: every test of this folder runs against each bridge there is.

`pytest tests/compat` tries ours and Debian's, which shows that the tests are right; `--bridge ours`, `--bridge debian`
or `--bridge COMMAND` one alone.
"""

import contextlib
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from compat import differences, unprivileged
from compat.cockpit_ws import CHATTER
from compat.driver import ENDS_WITHIN, PATIENCE, JsonObject, Peer
from playwright.async_api import Browser
from testbed import browser as browser_bed
from testbed.browser import Complaints

HERE = Path(__file__).parent
IMPATIENCE = 0.4
"""Seconds for a test that is known to fail."""
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge under test."""

    name: str
    argv: tuple[str, ...]


BRIDGES = {
    "ours": Bridge("ours", (sys.executable, "-I", "-m", "bridge")),
    "debian": Bridge("debian", ("cockpit-bridge",)),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bridge", help="tests/compat: ours, debian, or the command of any bridge; default: the first two"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bridge" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--bridge", default=None)
        bridges = list(BRIDGES.values())
        if chosen:
            bridges = [BRIDGES.get(chosen) or Bridge("other", tuple(shlex.split(chosen)))]
        metafunc.parametrize("bridge", bridges, ids=[each.name for each in bridges], scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            bridge = item.callspec.params.get("bridge")
            if bridge is not None:
                _mark_known(item, bridge.name)


def _mark_known(item: pytest.Function, bridge: str) -> None:
    parameters = "-".join(part for part in item.callspec.id.split("-") if part != bridge)
    entry = differences.find(bridge, item.path.stem, item.originalname, parameters)
    if entry:
        failures = (AssertionError, LookupError, OSError)
        item.add_marker(pytest.mark.xfail(reason=entry.reason, raises=failures, strict=not entry.sometimes))


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> float:
    """Seconds to wait for what is expected: few where it is known not to come."""
    return IMPATIENCE if request.node.get_closest_marker("xfail") else PATIENCE


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that everybody may enter and list; its path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="ph-") as name:
        path = Path(name).resolve()
        path.chmod(0o755)
        yield path


@pytest.fixture
def environ(folder: Path) -> dict[str, str]:
    """The environment that bridges are started with; tests may change it. No bus, no agent, no one's settings."""
    home = folder / "home"
    for name in ("config", "data", "runtime"):
        (home / name).mkdir(parents=True)
    if os.geteuid() == 0:
        for path in (home, *home.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    kept = {name: os.environ[name] for name in ("PATH", "PILOTHOUSE_TEST_RUN") if name in os.environ}
    nowhere = f"unix:path={folder}/no-bus"
    return kept | {
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CONFIG_DIRS": str(folder / "etc"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_DATA_DIRS": str(folder / "share"),
        "XDG_RUNTIME_DIR": str(home / "runtime"),
        "SSH_AUTH_SOCK": str(folder / "no-agent"),
        "DBUS_SESSION_BUS_ADDRESS": nowhere,
        "DBUS_SYSTEM_BUS_ADDRESS": nowhere,
    }


@pytest.fixture
def start(
    bridge: Bridge, environ: dict[str, str], patience: float, folder: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Peer]]:
    """Starts bridges: `start()`, `start(init={"superuser": {"id": "any"}})`, `start(prefix=[...])`.

    Each must end with status 0 when its input does, at the end of the test at the latest.
    """
    peers: list[Peer] = []
    known = request.node.get_closest_marker("xfail") is not None

    def start_one(*, prefix: list[str] | None = None, init: JsonObject | None = None, **options: Any) -> Peer:
        if shutil.which(bridge.argv[0]) is None:
            pytest.skip(f"{bridge.argv[0]} is not installed")
        argv = [*(prefix or []), *bridge.argv]
        stderr = folder / f"stderr-{len(peers)}"
        peers.append(Peer(argv, environ, patience=patience, stderr=stderr, init=init, **options))
        return peers[-1]

    yield start_one
    for peer in peers:
        with contextlib.suppress(*([AssertionError] if known else [])):
            peer.stop(IMPATIENCE if known else ENDS_WITHIN)


@pytest.fixture
def peer(start: Callable[..., Peer]) -> Peer:
    """A bridge that runs as the user of the tests, past the exchange of `init`."""
    return start()


@pytest.fixture(scope="session")
def as_nobody() -> Iterator[list[str]]:
    """What to put before a command so that it runs without root's rights."""
    with unprivileged.prefix(NOBODY, [Path(sys.executable).resolve(), HERE]) as prefix:
        yield prefix


@pytest.fixture
def plain_peer(start: Callable[..., Peer], as_nobody: list[str]) -> Peer:
    """A bridge of a user who is not root."""
    return start(prefix=as_nobody)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if browser_bed.find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with browser_bed.chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What pages complained about in this test; anything that was not `expect`ed fails it."""
    collected = Complaints()
    yield collected
    for pattern in CHATTER:
        collected.expect(pattern)
    unexpected = collected.unexpected()
    assert not unexpected, "\n".join(unexpected)
