"""Which ways to root's rights count (reference 7.29; security 96)."""

import asyncio
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.processes.grace import Grace
from bridge.processes.process import Process
from bridge.superuser.candidates import find_candidates
from manifests.model import parse
from manifests.search import Package

POLKIT = "org.freedesktop.PolicyKit1"
POLKITD = "/usr/lib/polkit-1/polkitd"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def package(folder: Path, *bridges: dict[str, Any], built_in: bool = False) -> Package:
    return Package("p", str(folder), parse({"version": 1, "bridges": list(bridges)}, "test"), 1, built_in, 0)


def program(file: Path, source: str = "exit 0") -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{source}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


async def names(*packages: Package, **environ: str) -> list[str]:
    return [each.name for each in await find_candidates(packages, environ, Grace())]


async def test_the_program_must_be_there(tmp_path: Path) -> None:
    program(tmp_path / "bin/there")
    (tmp_path / "bin/plain").write_text("not executable")
    entries = [{"privileged": True, "spawn": [name]} for name in ("there", "missing", "plain", "/bin/true")]
    assert await names(package(tmp_path, *entries), PATH=f"{tmp_path}/bin") == ["there", "true"]
    assert await names(package(tmp_path, *entries), PATH="/nonexistent") == ["true"]


async def test_the_path_of_the_entry_counts(tmp_path: Path) -> None:
    program(tmp_path / "bin/there")
    entry = {"privileged": True, "spawn": ["there"], "environ": [f"PATH={tmp_path}/bin"]}
    assert await names(package(tmp_path, entry), PATH="/nonexistent") == ["there"]


async def test_labels_and_what_is_none(tmp_path: Path) -> None:
    entries: list[dict[str, Any]] = [
        {"privileged": True, "spawn": ["true"], "label": "True"},
        {"privileged": True, "label": "without a program"},
        {"spawn": ["true"], "label": "not privileged"},
    ]
    (found,) = await find_candidates([package(tmp_path, *entries)], {"PATH": os.environ["PATH"]}, Grace())
    assert (found.name, found.is_labelled, found.command.argv) == ("True", True, ("true",))


@pytest.mark.parametrize(
    ("source", "expected"),
    [('[ "$1 $2" = "-A --help" ]', ["sudo"]), ("exit 1", []), ("exec sleep 1000", [])],
)
async def test_a_sudo_must_know_askpass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, expected: list[str]
) -> None:
    monkeypatch.setattr("bridge.superuser.candidates.PROBE_MAX", 0.5)
    program(tmp_path / "bin/sudo", source)
    entry = {"privileged": True, "spawn": ["sudo", "-k", "-A", "pilothouse-bridge", "--privileged"]}
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    assert await names(package(tmp_path, entry), PATH=path) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('[ "$*" = "--action-id org.freedesktop.policykit.exec --process $PPID" ]', ["pkexec"]),
        ("exit 1", []),
        ("exit 2", []),
        ("exec sleep 1000", []),
        (None, []),
    ],
)
async def test_pkexec_must_be_granted_without_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, expected: list[str]
) -> None:
    monkeypatch.setattr("bridge.superuser.candidates.PROBE_MAX", 0.5)
    program(tmp_path / "bin/pkexec")
    if source is not None:
        program(tmp_path / "bin/pkcheck", source)
    spawn = ["pkexec", "--disable-internal-agent", "pilothouse-bridge", "--privileged"]
    (tmp_path / "bin/sleep").symlink_to("/bin/sleep")
    entry = {"privileged": True, "spawn": spawn}
    assert await names(package(tmp_path, entry), PATH=f"{tmp_path}/bin") == expected


BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>"""


@pytest.fixture
def polkit(folder: Path) -> Iterator[str]:
    """The address of a private system bus with polkitd on it."""
    missing = [name for name in (POLKITD, "pkcheck", "dbus-daemon", "gdbus") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"polkitd needs root and programs: {missing}")
    address = f"unix:path={folder}/bus"
    (folder / "bus.conf").write_text(BUS.format(folder / "bus"))
    bus = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(bus, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as daemon:
        assert daemon.stdout
        daemon.stdout.readline()
        environ = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        with subprocess.Popen([POLKITD, "--no-debug"], stderr=subprocess.DEVNULL, env=environ) as polkitd:
            waiting = subprocess.run(["gdbus", "wait", "--system", "--timeout=10", POLKIT], env=environ, check=False)
            try:
                assert waiting.returncode == 0
                yield address
            finally:
                polkitd.terminate()
                daemon.terminate()


async def test_polkit_itself_is_asked(tmp_path: Path, polkit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin/pkexec")
    entry = {"privileged": True, "spawn": ["pkexec", "--disable-internal-agent", "pilothouse-bridge", "--privileged"]}
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    nobody = Process.start(
        ["setpriv", "--reuid=65534", "--clear-groups", "sleep", "100"], environ=os.environ, grace=Grace()
    )
    async with nobody:
        assert await names(package(tmp_path, entry), PATH=path, DBUS_SYSTEM_BUS_ADDRESS=polkit) == ["pkexec"]
        await wait_for_user(nobody.pid, 65534)
        monkeypatch.setattr(os, "getpid", lambda: nobody.pid)
        assert await names(package(tmp_path, entry), PATH=path, DBUS_SYSTEM_BUS_ADDRESS=polkit) == []
        monkeypatch.undo()
        await nobody.end()


async def wait_for_user(pid: int, uid: int) -> None:
    async with asyncio.timeout(10):
        while Path(f"/proc/{pid}").stat().st_uid != uid:
            await asyncio.sleep(0.01)


async def test_a_folder_of_somebody_else_says_nothing_of_root(tmp_path: Path) -> None:
    entry = {"privileged": True, "spawn": ["/bin/true"]}
    os.chown(tmp_path, 1000, 1000)
    assert await names(package(tmp_path, entry)) == []
    assert await names(package(tmp_path, entry, built_in=True)) == ["true"]
    assert await names(package(tmp_path, entry), PILOTHOUSE_PLUGIN_PATH=str(tmp_path)) == ["true"]
