"""Attacks by the folders of plugins (security reference, group J).

| case | tests |
|------|------|
| 92, 93 | tests/manifests: test_reading.py, test_grammar.py, test_search.py; and test_92_… for a whole bridge |
| 95 | test_group_j.py |
| 96 | test_96_…: what others can write, links, shadows, root's own plugins |
| 97 | test_97_…: equals, versions, a reload |
"""

import json
import os
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from bridge.packages import Packages
from bridge.testing import open_wire

FORWARDED = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "127.0.0.1:9090"}
ROOT_ONLY = pytest.mark.skipif(os.getuid() != 0, reason="only root can make files of others")


def add(place: Path, name: str, manifest: "dict[str, Any] | str" = "{}", **files: str) -> Path:
    """A plugin in a place; `files` are its files, their names with `_` for a dot."""
    folder = place / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    for file, content in files.items():
        (folder / file.replace("_", ".")).write_text(content)
    return folder


def places(folder: Path) -> dict[str, str]:
    """The environment of a user whose own plugins, and the system's, are below `folder`."""
    return dict(os.environ) | {
        "XDG_DATA_HOME": str(folder / "home"),
        "XDG_DATA_DIRS": str(folder / "share"),
        "XDG_CONFIG_DIRS": str(folder / "etc"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }


async def test_92_93_broken_plugins_are_skipped_and_the_others_serve(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, manifest in (
        ("nonsense", "{"),
        ("deep", "[" * 200_000),
        ("typed", '{"menu": []}'),
        ("named", '{"name": "../../etc"}'),
        ("policy", '{"content-security-policy": "a\\nb"}'),
    ):
        add(tmp_path / "plugins", name, manifest)
    add(tmp_path / "plugins", "good", page_html="<p>good")
    async with open_wire({**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}) as wire:
        wire.open("victim", "echo")
        await wire.expect("ready", "victim")
        wire.send("victim", b"mine")
        assert await wire.data("victim") == b"mine"
    warned = {record.message.partition(":")[0] for record in caplog.records}
    assert warned == {f"{tmp_path}/plugins/{name}" for name in ("nonsense", "deep", "typed", "named", "policy")}
    assert Packages({"PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}).names() == ["good"]


@ROOT_ONLY
async def test_96_what_everybody_may_write_and_links_out_of_the_folder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = add(tmp_path / "home/pilothouse/plugins", "good", page_html="<p>good", open_js="evil()")
    (good / "secret.html").symlink_to("/etc/hostname")
    (good / "open.js").chmod(0o666)
    add(tmp_path / "home/pilothouse/plugins", "open").chmod(0o777)
    elsewhere = add(tmp_path / "elsewhere", "linked", page_html="<p>linked")
    (tmp_path / "home/pilothouse/plugins/linked").symlink_to(elsewhere)
    packages = Packages(places(tmp_path))
    assert {"good", "linked"} <= set(packages.names())
    assert "open" not in packages.names()
    statuses = {}
    for path in ("/good/page.html", "/good/secret.html", "/good/open.js", "/linked/page.html"):
        response = packages.respond(path, FORWARDED)
        statuses[path] = response.status
        response.close()
    assert statuses == {
        "/good/page.html": 200,
        "/good/secret.html": 404,
        "/good/open.js": 404,
        "/linked/page.html": 200,
    }
    told = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert told == [
        f"{tmp_path}/home/pilothouse/plugins/open: can be written by everybody",
        f"{good}/secret.html is a link out of the plugin's folder: it is not served",
        f"{good}/open.js can be written by everybody: it is not served",
    ]


async def test_96_a_back_end_that_is_a_link_out_of_its_folder(tmp_path: Path) -> None:
    manifest = {"backend": {"module": "backend", "payloads": ["linked1"]}}
    folder = add(tmp_path / "plugins", "linked", manifest)
    (tmp_path / "elsewhere.py").write_text("raise SystemExit('it ran')")
    (folder / "backend.py").symlink_to(tmp_path / "elsewhere.py")
    async with open_wire({**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}) as wire:
        wire.open("c", "linked1")
        close = await wire.expect("close", "c", problem="terminated")
        assert "is a link out of the plugin's folder" in close["message"]
        assert "it ran" not in close["stderr"]


def test_96_a_users_plugin_that_shadows_another_is_shown(tmp_path: Path) -> None:
    add(tmp_path / "home/pilothouse/plugins", "backup")
    add(tmp_path / "share/pilothouse/plugins", "backup")
    (plugin,) = [each for each in Packages(places(tmp_path)).report()["plugins"] if each["name"] == "backup"]
    assert plugin["origin"] == "user"
    assert [other["folder"] for other in plugin["shadows"]] == [f"{tmp_path}/share/pilothouse/plugins/backup"]


SAYS = """
from bridge import hookimpl
from bridge.channel import Channel

class Says(Channel):
    payload = "{payload}"
    async def run(self, options):
        self.ready(says="{says}")

@hookimpl
def channels():
    return [Says]
"""
BECOME_ROOT = """
import os, subprocess, sys
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/share"], check=True)
subprocess.run(["cp", "-a", sys.argv[1], "/usr/local/share/pilothouse"], check=True)
os.execv(sys.executable, [sys.executable, "-I", "-m", "bridge", "--privileged"])
"""


@ROOT_ONLY
async def test_96_root_runs_roots_plugins_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The superuser bridge sees a machine where `mine` and `theirs` are installed, one file of which is a user's."""

    def backend(payload: str, says: str) -> "tuple[dict[str, Any], str]":
        manifest = {"backend": {"module": "backend", "payloads": [payload]}}
        return manifest, SAYS.replace("{payload}", payload).replace("{says}", says)

    for place in ("users", "roots/plugins"):
        for name in ("mine", "theirs"):
            manifest, source = backend(f"{name}1", f"{place}/{name}")
            add(tmp_path / place, name, manifest, backend_py=source)
    manifest, source = backend("only1", "users/only")
    add(tmp_path / "users", "only", manifest, backend_py=source)
    program = tmp_path / "become_root.py"
    program.write_text(textwrap.dedent(BECOME_ROOT))
    os.chown(tmp_path / "roots/plugins/theirs/backend.py", 1000, 1000)
    spawn = ["unshare", "-m", sys.executable, "-I", str(program), str(tmp_path / "roots")]
    add(tmp_path / "users", "pseudo", {"bridges": [{"privileged": True, "label": "pseudo", "spawn": spawn}]})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "users"), "XDG_RUNTIME_DIR": str(tmp_path)}
    async with open_wire(environ, superuser={"id": "pseudo"}) as wire:
        wire.open("a", "mine1", superuser="require")
        await wire.expect("ready", "a", says="roots/plugins/mine")
        wire.open("b", "mine1")
        await wire.expect("ready", "b", says="users/mine")
        wire.open("c", "only1", superuser="require")
        await wire.expect("close", "c", problem="not-supported")
        wire.open("d", "theirs1", superuser="require")
        close = await wire.expect("close", "d", problem="terminated")
        assert "backend.py belongs to another user (uid 1000)" in close["message"]


def test_97_of_equals_always_the_same_one_is_taken(tmp_path: Path) -> None:
    for name in ("zebra", "ant", "moth"):
        add(tmp_path / "share/cockpit", name, '{"name": "same"}')
    taken = {str(Packages(places(tmp_path)).packages["same"].directory) for _ in range(20)}
    assert taken == {f"{tmp_path}/share/cockpit/ant"}


def test_97_one_that_needs_a_newer_version_is_left_out_with_the_reason(tmp_path: Path) -> None:
    add(tmp_path / "share/cockpit", "newer", '{"requires": {"cockpit": "9999"}}')
    (refused,) = Packages(places(tmp_path)).refused
    assert refused.reason.startswith("requires cockpit 9999; this is ")


async def test_97_a_reload_while_100_requests_are_answered(tmp_path: Path) -> None:
    content = os.urandom(150_000).hex().encode()
    folder = add(tmp_path / "plugins", "big", big_js=content.decode())
    request = {"internal": "packages", "method": "GET", "path": "/big/big.js", "headers": FORWARDED, "binary": "raw"}
    async with open_wire({**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}) as wire:
        wire.open("internal", "dbus-json3", bus="internal")
        await wire.expect("ready", "internal")
        for number in range(100):
            wire.open(f"{number}", "http-stream1", **request)
            wire.control("done", f"{number}")
            if number == 50:
                await wire.expect("ready", "0")
                (folder / "big.new").write_text("changed")
                (folder / "big.new").rename(folder / "big.js")
                add(tmp_path / "plugins", "late")
                wire.send("internal", b'{"call": ["/packages", "cockpit.Packages", "Reload", []], "id": "1"}')
        assert json.loads(await wire.data("internal"))["id"] == "1"
        bodies = []
        for number in range(100):
            if number:
                await wire.expect("ready", f"{number}")
            assert json.loads(await wire.data(f"{number}"))["status"] == 200
            body, close = await wire.until("close", f"{number}")
            assert "problem" not in close
            bodies.append(body)
    assert set(bodies) == {content, b"changed"}
    assert bodies[99] == b"changed"
