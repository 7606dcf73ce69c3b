"""The objects of the bridge itself, on the internal bus (reference 2.17)."""

import json
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer

PROPERTIES = "org.freedesktop.DBus.Properties"


class Internal:
    """A channel to the internal bus."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        peer.opened("d", "dbus-json3", bus="internal")

    def next(self) -> Any:
        return self._peer.json("d")

    def send(self, **message: object) -> None:
        self._peer.send_json("d", message)

    def answer(self, *call: object, **more: object) -> Any:
        self.send(call=[*call[:3], list(call[3:])], id="call", **more)
        while (message := self.next()).get("id") != "call":
            pass
        return message

    def call(self, *call: object, **more: object) -> Any:
        message = self.answer(*call, **more)
        assert "reply" in message, message
        return message["reply"][0]

    def properties(self, path: str, interface: str) -> dict[str, Any]:
        (found,) = self.call(path, PROPERTIES, "GetAll", interface, type="s")
        return {name: value["v"] for name, value in found.items()}


@pytest.fixture
def internal(peer: Peer) -> Internal:
    return Internal(peer)


def test_values_of_properties_have_their_type(internal: Internal) -> None:
    (found,) = internal.call("/user", PROPERTIES, "GetAll", "cockpit.User", type="s")
    assert found["Name"] == {"t": "s", "v": pwd.getpwuid(os.geteuid()).pw_name}


def test_a_call_without_type(internal: Internal) -> None:
    (found,) = internal.call("/user", PROPERTIES, "GetAll", "cockpit.User")
    assert found["Home"]["t"] == "s"


def test_one_property(internal: Internal) -> None:
    (value,) = internal.call("/user", PROPERTIES, "Get", "cockpit.User", "Shell", type="ss")
    assert value == {"t": "s", "v": pwd.getpwuid(os.geteuid()).pw_shell}


def test_the_user(internal: Internal) -> None:
    entry = pwd.getpwuid(os.geteuid())
    user = internal.properties("/user", "cockpit.User")
    assert (user["Id"], user["Name"], user["Home"], user["Shell"]) == (
        entry.pw_uid, entry.pw_name, entry.pw_dir, entry.pw_shell
    )  # fmt: skip
    assert isinstance(user["Groups"], list)
    assert "Full" in user


def test_the_group_of_the_user(internal: Internal) -> None:
    assert internal.properties("/user", "cockpit.User")["Gid"] == pwd.getpwuid(os.geteuid()).pw_gid


def test_a_missing_object(internal: Internal) -> None:
    assert internal.answer("/missing", PROPERTIES, "GetAll", "x.Y", type="s")["error"][0].startswith(
        "org.freedesktop.DBus"
    )


def test_a_missing_method(internal: Internal) -> None:
    assert internal.answer("/user", "cockpit.User", "Missing")["error"][0] == "org.freedesktop.DBus.Error.UnknownMethod"


@pytest.mark.parametrize("path", ["/", "/user", "/superuser", "/config"])
def test_introspection(internal: Internal, path: str) -> None:
    (xml,) = internal.call(path, "org.freedesktop.DBus.Introspectable", "Introspect", type="")
    assert "<node" in xml


def test_the_packages(internal: Internal) -> None:
    manifests = internal.properties("/packages", "cockpit.Packages")["Manifests"]
    assert isinstance(json.loads(manifests), dict)


def test_new_packages_after_reload(internal: Internal, folder: Path) -> None:
    internal.send(watch={"path": "/packages", "interface": "cockpit.Packages"}, id="watch")
    while internal.next().get("id") != "watch":
        pass
    (folder / "share/cockpit/new").mkdir(parents=True)
    (folder / "share/cockpit/new/manifest.json").write_text('{"tools": {"index": {"label": "New"}}}')
    internal.send(call=["/packages", "cockpit.Packages", "Reload", []], type="", id="reload")
    while "notify" not in (message := internal.next()):
        pass
    assert "new" in json.loads(message["notify"]["/packages"]["cockpit.Packages"]["Manifests"])


def test_the_first_reload_hint_is_ignored(internal: Internal) -> None:
    assert internal.call("/packages", "cockpit.Packages", "ReloadHint", type="") in ([], None)


def test_the_environment(internal: Internal, environ: dict[str, str]) -> None:
    variables = internal.properties("/environment", "cockpit.Environment")["Variables"]
    assert variables["PATH"] == environ["PATH"]


@pytest.fixture
def config(folder: Path) -> None:
    (folder / "etc/cockpit").mkdir(parents=True)
    (folder / "etc/cockpit/cockpit.conf").write_text("[One]\nText = some text\nNumber = 50\nBad = many\n")


@pytest.mark.usefixtures("config")
def test_settings(start: Callable[..., Peer]) -> None:
    internal = Internal(start())
    assert internal.call("/config", "cockpit.Config", "GetString", "One", "Text", type="ss") == ["some text"]


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(("key", "default", "expected"), [("Number", 5, 50), ("Missing", 5, 5), ("Bad", 7, 7)])
def test_numbers(start: Callable[..., Peer], key: str, default: int, expected: int) -> None:
    internal = Internal(start())
    assert internal.call("/config", "cockpit.Config", "GetUInt", "One", key, default, 100, 0, type="ssuuu") == [
        expected
    ]


@pytest.mark.usefixtures("config")
def test_numbers_have_limits(start: Callable[..., Peer]) -> None:
    internal = Internal(start())
    assert internal.call("/config", "cockpit.Config", "GetUInt", "One", "Number", 5, 40, 0, type="ssuuu") == [40]
    assert internal.call("/config", "cockpit.Config", "GetUInt", "One", "Number", 5, 100, 60, type="ssuuu") == [60]


def test_a_missing_setting(internal: Internal) -> None:
    error = internal.answer("/config", "cockpit.Config", "GetString", "Section", "Key", type="ss")["error"]
    assert error == ["cockpit.Config.KeyError", ["key Key in section Section does not exist"]]


def test_settings_are_read_again(start: Callable[..., Peer], folder: Path, config: None) -> None:
    internal = Internal(start())
    internal.call("/config", "cockpit.Config", "GetString", "One", "Text", type="ss")
    (folder / "etc/cockpit/cockpit.conf").write_text("[One]\nText = other text\n")
    internal.call("/config", "cockpit.Config", "Reload", type="")
    assert internal.call("/config", "cockpit.Config", "GetString", "One", "Text", type="ss") == ["other text"]


def test_no_login_messages(internal: Internal) -> None:
    assert internal.call("/LoginMessages", "cockpit.LoginMessages", "Get", type="") == ["{}"]


def test_login_messages(start: Callable[..., Peer], environ: dict[str, str]) -> None:
    fd = os.memfd_create("messages", 0)
    try:
        os.write(fd, b'{"last-login": 5}')
        environ["COCKPIT_LOGIN_MESSAGES_MEMFD"] = str(fd)
        internal = Internal(start(pass_fds=[fd]))
    finally:
        os.close(fd)
    assert internal.call("/LoginMessages", "cockpit.LoginMessages", "Get", type="") == ['{"last-login": 5}']
    internal.call("/LoginMessages", "cockpit.LoginMessages", "Dismiss", type="")
    assert internal.call("/LoginMessages", "cockpit.LoginMessages", "Get", type="") == ["{}"]


def test_no_machines(internal: Internal) -> None:
    assert "localhost" not in internal.properties("/machines", "cockpit.Machines")["Machines"]


def test_a_machine_is_added(internal: Internal, folder: Path) -> None:
    (folder / "etc/cockpit/machines.d").mkdir(parents=True)
    internal.send(watch={"path": "/machines", "interface": "cockpit.Machines"}, id="watch")
    while internal.next().get("id") != "watch":
        pass
    properties = {"address": {"t": "s", "v": "1.2.3.4"}, "visible": {"t": "b", "v": True}}
    internal.send(
        call=["/machines", "cockpit.Machines", "Update", ["90-test.json", "green", properties]], type="ssa{sv}", id="u"
    )
    while "notify" not in (message := internal.next()):
        assert "error" not in message, message
    green = message["notify"]["/machines"]["cockpit.Machines"]["Machines"]["green"]
    assert green["address"] == {"t": "s", "v": "1.2.3.4"}
    (file,) = folder.glob("etc/*/machines.d/90-test.json")
    assert json.loads(file.read_text())["green"]["visible"] is True


def test_the_process(internal: Internal, peer: Peer) -> None:
    found = internal.properties("/bridge", "cockpit.Process")
    assert (found["Pid"], found["Uid"]) == (peer.pid, os.geteuid())


def test_a_watch(plain_peer: Peer) -> None:
    internal = Internal(plain_peer)
    internal.send(watch={"path": "/superuser", "interface": "cockpit.Superuser"}, id="watch")
    meta = internal.next()["meta"]["cockpit.Superuser"]
    assert meta["properties"]["Current"] == {"flags": "r", "type": "s"}
    assert meta["methods"]["Start"] == {"in": ["s"], "out": []}
    assert meta["signals"]["Prompt"]["in"] == ["s", "s", "s", "b", "s"]
    told = internal.next()["notify"]["/superuser"]["cockpit.Superuser"]
    assert (told["Bridges"], told["Current"], told["Methods"]) == ([], "none", {})
    assert internal.next() == {"reply": [], "id": "watch"}
