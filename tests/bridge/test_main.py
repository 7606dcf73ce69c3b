"""The command line."""

import json
import subprocess
import sys

import pytest

from bridge.protocol import Deframer


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-m", "bridge", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def test_the_version() -> None:
    assert run("--version").stdout.splitlines()[1] == "Protocol: 1"


def test_the_packages() -> None:
    assert any(line.startswith("shell ") for line in run("--packages").stdout.splitlines())


def test_the_bridges() -> None:
    found = [entry for entry in json.loads(run("--bridges").stdout) if entry["package"] == "shell"]
    assert found[0]["privileged"]
    assert found[0]["spawn"][0] == "sudo"


def test_the_superuser_bridge_names_no_packages() -> None:
    (message,) = Deframer().feed(run("--privileged").stdout.encode())
    assert "packages" not in json.loads(message)
    (message,) = Deframer().feed(run().stdout.encode())
    assert "packages" in json.loads(message)


def test_an_unknown_option_prints_the_usage() -> None:
    for arguments, status in ((["--nonsense"], 2), (["--help"], 0)):
        process = run(*arguments)
        assert process.returncode == status
        assert process.stderr.startswith("usage: pilothouse-bridge")


@pytest.mark.parametrize("name", ["nope", "shell"])
def test_a_plugin_without_back_end(name: str) -> None:
    process = run("--backend", name)
    assert process.returncode == 1
    assert process.stderr == f"pilothouse-bridge: there is no plugin {name!r} with a back end\n"


def test_nothing_but_the_standard_library_is_imported_before_init() -> None:
    """What a bridge has imported when its input ends at once; the list is what costs time at every login."""
    process = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "-m", "bridge"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    imported = {
        line.rpartition("|")[2].strip() for line in process.stderr.splitlines() if line.startswith("import time")
    }
    assert "asyncio" in imported
    others = {"pluggy", "dbus_fast", "h11", "wsproto", "libvirt", "tornado"}
    costly = {"argparse", "importlib.metadata", "pathlib"}
    ours = {"bridge.channel", "bridge.peers.peer", "bridge.processes.process"}
    assert imported & (others | costly | ours) == set()
