import asyncio
import itertools
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from testbed.package_requests import FORWARDED, body_of, get

from bridge.packages import Packages
from bridge.packages.files import CHUNK
from bridge.testing import open_wire

Add = Callable[..., Path]


# Which packages there are


def test_nothing_is_read_before_the_first_use(environ: dict[str, str], add: Add) -> None:
    packages = Packages(environ)
    add("late")
    assert packages.names() == ["late"]


def test_names_and_packages_are_in_order(environ: dict[str, str], add: Add) -> None:
    for name in ("c", "a", "b"):
        add(name)
    packages = Packages(environ)
    assert packages.names() == ["a", "b", "c"]
    assert packages.packages["a"].manifest.menu == ()
    assert packages.manifests() == {"a": {}, "b": {}, "c": {}}


def test_a_reload_finds_what_is_new_and_drops_what_is_gone(environ: dict[str, str], add: Add) -> None:
    add("old")
    packages = Packages(environ)
    assert packages.names() == ["old"]
    (add("new").parent / "old/manifest.json").unlink()
    assert packages.names() == ["old"]
    packages.reload()
    assert packages.names() == ["new"]
    assert get(packages, "/old/manifest.json")[0] == 404
    assert get(packages, "/new/manifest.json") == (200, b"{}")


def test_folders_that_hooks_bring_later_are_found(environ: dict[str, str], tmp_path: Path, add: Add) -> None:
    add("one")
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook/manifest.json").write_text('{"name": "two"}')
    folders: list[str] = []
    packages = Packages(environ, extra=folders)
    assert packages.names() == ["one"]
    folders.append(f"{tmp_path}/hook")
    assert packages.names() == ["one", "two"]


def test_what_is_refused_is_told_and_logged_once(
    environ: dict[str, str], add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    folder = add("broken", {"menu": 5})
    add("elsewhere", {"conditions": [{"path-exists": "/absent"}]})
    packages = Packages(environ)
    with caplog.at_level(logging.WARNING):
        assert packages.names() == []
        packages.reload()
    reason = f"{folder}/manifest.json: menu: must be an object of objects"
    assert [(item.reason, item.fault) for item in packages.refused] == [
        (reason, True),
        ("is not for this machine: path-exists /absent", False),
    ]
    assert [record.getMessage() for record in caplog.records] == [f"{folder}: {reason}"]


def test_the_back_end_of_a_payload_is_its_package(environ: dict[str, str], add: Add) -> None:
    add("uptime", {"backend": {"module": "backend", "payloads": ["load1", "load2"]}})
    packages = Packages(environ)
    owner = packages.backend_of("load2")
    assert owner
    assert owner.name == "uptime"
    assert packages.backend_of("load3") is None


def test_a_payload_belongs_to_the_first_and_to_ours_before_all(
    environ: dict[str, str], tmp_path: Path, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    add("a-thief", {"backend": {"module": "backend", "payloads": ["libvirt1", "mine"]}})
    add("b-late", {"backend": {"module": "backend", "payloads": ["mine"]}})
    environ["PILOTHOUSE_PLUGIN_PATH"] += ":builtin:machines"
    packages = Packages(environ)
    owners = {payload: packages.backend_of(payload) for payload in ("libvirt1", "mine")}
    assert {payload: owner and owner.name for payload, owner in owners.items()} == {
        "libvirt1": "machines",
        "mine": "a-thief",
    }
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path}/plugins/a-thief: the payload 'libvirt1' belongs to the package 'machines'",
        f"{tmp_path}/plugins/b-late: the payload 'mine' belongs to the package 'a-thief'",
    ]


def test_only_the_standard_library_is_imported() -> None:
    program = "import sys; import bridge.packages; print(*{name.partition('.')[0] for name in sys.modules})"
    output = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout
    others = {name for name in output.split() if not name.startswith("_")} - sys.stdlib_module_names
    assert others - {"sitecustomize"} == {"bridge", "manifests"}


# The checksum


def settled() -> int:
    """The time at which all that the test wrote has been left alone for long."""
    return time.time_ns() + 60_000_000_000


ASKING = FORWARDED | {"X-Cockpit-Pkg-Checksum": "?"}


def test_responses_name_the_checksum(environ: dict[str, str], add: Add) -> None:
    folder = add("one", **{"index.html": "<p>", "a.js": "a", "po.de.js": "de"})
    packages = Packages(environ, clock=settled)
    checksum = packages.checksum()
    assert checksum
    for path in ("/one/index.html", "/one/a.js", "/one/po.js", "/manifests.json", "/manifests.js"):
        assert packages.respond(path, ASKING).headers["X-Cockpit-Pkg-Checksum"] == checksum
    assert body_of(packages.respond("/checksum", {})) == checksum.encode()
    assert "X-Cockpit-Pkg-Checksum" not in packages.respond("/one/absent.js", ASKING).headers
    (folder / "a.js").write_text("b")
    assert "X-Cockpit-Pkg-Checksum" not in packages.respond("/one/a.js", ASKING).headers


def test_manifests_carry_the_checksum_as_older_shells_look_for_it(environ: dict[str, str], add: Add) -> None:
    add("one")
    packages = Packages(environ, clock=settled)
    checksum = packages.checksum()
    response = packages.respond("/manifests.json", ASKING)
    assert json.loads(body_of(response)) == {".checksum": checksum, "one": {}}
    assert response.headers["ETag"] == f'"${checksum}"'
    assert response.headers["Cache-Control"] == "no-cache, no-store"


def test_a_page_that_begins_sees_what_has_changed(environ: dict[str, str], add: Add) -> None:
    folder = add("one", **{"index.html": "<p>", "a.js": "a"})
    packages = Packages(environ, clock=settled)
    first = packages.respond("/one/index.html", ASKING).headers["X-Cockpit-Pkg-Checksum"]
    (folder / "a.js").write_text("changed")
    second = packages.respond("/one/index.html", ASKING).headers["X-Cockpit-Pkg-Checksum"]
    assert first != second
    assert packages.respond("/one/a.js", ASKING).headers["X-Cockpit-Pkg-Checksum"] == second


def test_a_changed_policy_has_a_checksum_of_its_own_once_it_is_read(environ: dict[str, str], add: Add) -> None:
    add("page", **{"index.html": "<p>"})
    packages = Packages(environ, clock=settled)
    seen = {}
    for act in (lambda: None, lambda: add("page", {"content-security-policy": "img-src *"}), packages.reload):
        act()
        headers = packages.respond("/page/index.html", ASKING).headers
        seen[headers["X-Cockpit-Pkg-Checksum"]] = "img-src *;" in headers["Content-Security-Policy"]
    assert list(seen.values()) == [False, False, True]


def test_without_a_checksum_nothing_names_one(packages: Packages) -> None:
    assert packages.checksum() is None
    for path in ("/one/index.html", "/one/a.js", "/manifests.json", "/one/po.js"):
        assert "X-Cockpit-Pkg-Checksum" not in packages.respond(path, ASKING).headers
    assert "ETag" not in packages.respond("/manifests.json", ASKING).headers
    assert packages.respond("/checksum", {}).status == 404


def test_who_does_not_ask_is_told_no_checksum(environ: dict[str, str], add: Add) -> None:
    add("one", **{"index.html": "<p>", "a.js": "a"})
    packages = Packages(environ, clock=settled)
    assert packages.checksum()
    for path in ("/one/index.html", "/one/a.js", "/one/po.js", "/manifests.json", "/manifests.js", "/checksum"):
        response = packages.respond(path, FORWARDED)
        assert response.status == 200
        assert "X-Cockpit-Pkg-Checksum" not in response.headers
        assert b".checksum" not in body_of(response)
    assert "ETag" not in packages.respond("/manifests.json", {}).headers


def test_too_many_files_are_told_once(
    environ: dict[str, str], add: Add, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add("one")
    monkeypatch.setattr("bridge.packages.checksum.FILES_MAX", 0)
    packages = Packages(environ, clock=settled)
    assert packages.checksum() is None
    assert packages.checksum() is None
    assert [record.getMessage() for record in caplog.records] == [
        "there are more than 0 files in packages: none is kept for long"
    ]


async def test_on_the_wire_it_is_a_header(tmp_path: Path) -> None:
    ask = {"X-Cockpit-Pkg-Checksum": "?"}
    async with open_wire({"PILOTHOUSE_PLUGIN_PATH": "builtin:base1", "HOME": str(tmp_path)}) as wire:
        async with asyncio.timeout(10):
            for number in itertools.count():
                channel = f"c{number}"
                wire.open(
                    channel, "http-stream1", internal="packages", method="GET", path="/manifests.json", headers=ask
                )
                wire.control("done", channel)
                await wire.expect("ready", channel)
                head = json.loads(await wire.data(channel))
                checksum = head["headers"].get("X-Cockpit-Pkg-Checksum")
                assert json.loads(await wire.data(channel)).get(".checksum") == checksum
                if checksum:
                    break
                await asyncio.sleep(0.05)
        assert head["headers"]["ETag"] == f'"${checksum}"'


# Many at once


def test_what_is_being_sent_survives_a_reload(environ: dict[str, str], add: Add) -> None:
    content = os.urandom(2 * CHUNK)
    folder = add("one", **{"big.bin": content})
    packages = Packages(environ)
    response = packages.respond("/one/big.bin", {})
    shutil.rmtree(folder)
    packages.reload()
    assert packages.respond("/one/big.bin", {}).status == 404
    assert body_of(response) == content


def test_requests_from_many_threads_while_packages_are_reloaded(packages: Packages) -> None:
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(get(packages, "/one/a.js")[0] for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        packages.reload()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 200
