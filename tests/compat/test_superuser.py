"""The superuser bridge (reference 3.4), with a pseudo bridge in the place of sudo's."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer

SUPERUSER = ("/superuser", "cockpit.Superuser")
PASSWORD = "p4ssw0rd"
PSEUDO = str(Path(__file__).with_name("pseudo_bridge.py"))

StartPlain = Callable[..., Peer]


@pytest.fixture
def start_plain(start: Callable[..., Peer], as_nobody: list[str], folder: Path) -> StartPlain:
    """Starts bridges of a plain user: `start_plain(PASSWORD)`; without a password the pseudo bridge asks for none."""

    def start_one(*arguments: str, label: str = "Pseudo", **options: Any) -> Peer:
        package = folder / "share/cockpit/pseudo"
        package.mkdir(parents=True)
        bridge = {
            "privileged": True,
            "label": label,
            "spawn": [sys.executable, PSEUDO, *arguments],
            "environ": ["SUDO_ASKPASS=${libexecdir}/cockpit-askpass"],
        }
        (package / "manifest.json").write_text(json.dumps({"bridges": [bridge]}))
        return start(prefix=as_nobody, **options)

    return start_one


class Superuser:
    """A channel that watches /superuser."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.state: dict[str, Any] = {}
        self.said: list[Any] = []
        peer.opened("super", "dbus-json3", bus="internal")
        self._send(watch={"path": SUPERUSER[0], "interface": SUPERUSER[1]}, id="watch")
        self.until(lambda message: message.get("id") == "watch")
        self._send(**{"add-match": {"path": SUPERUSER[0], "interface": SUPERUSER[1], "member": "Prompt"}})

    @property
    def first(self) -> str:
        """The name of the only bridge there is: its label, or where labels are not known its program."""
        (name,) = self.state["Bridges"]
        return str(name)

    def call(self, method: str, *arguments: str, key: str = "call") -> None:
        self._send(call=[*SUPERUSER, method, list(arguments)], type="s" * len(arguments), id=key)

    def until(self, condition: Callable[[Any], object]) -> Any:
        while True:
            message = self._peer.json("super")
            self.said.append(message)
            self.state |= message.get("notify", {}).get(SUPERUSER[0], {}).get(SUPERUSER[1], {})
            if condition(message):
                return message

    def answered(self, key: str = "call") -> Any:
        return self.until(lambda message: message.get("id") == key)

    def until_current(self, current: str) -> None:
        while self.state.get("Current") != current:
            self.until(lambda message: "notify" in message)

    def _send(self, **message: object) -> None:
        self._peer.send_json("super", message)


@pytest.fixture
def running(start_plain: StartPlain) -> tuple[Peer, Superuser]:
    peer = start_plain()
    superuser = Superuser(peer)
    superuser.call("Start", superuser.first)
    assert "reply" in superuser.answered()
    return peer, superuser


def test_the_bridges_of_manifests(start_plain: StartPlain) -> None:
    state = Superuser(start_plain()).state
    assert (state["Bridges"], state["Current"]) == (["Pseudo"], "none")
    assert state["Methods"] == {"Pseudo": {"t": "a{sv}", "v": {"label": {"t": "s", "v": "Pseudo"}}}}


def test_start_and_use(running: tuple[Peer, Superuser]) -> None:
    peer, superuser = running
    superuser.until_current(superuser.first)
    first, *later = [message["notify"][SUPERUSER[0]][SUPERUSER[1]] for message in superuser.said if "notify" in message]
    assert (first["Current"], first.keys() >= {"Bridges", "Methods"}) == ("none", True)
    assert later == [{"Current": "init"}, {"Current": superuser.first}]
    for wish in ("require", "try"):
        peer.opened(wish, "echo", superuser=wish)
        assert peer.data(wish) == b"pseudo"


def test_channels_that_do_not_ask_stay_here(running: tuple[Peer, Superuser]) -> None:
    peer, _ = running
    peer.opened("a", "echo")
    peer.send("a", b"x")
    assert peer.data("a") == b"x"


def test_any_bridge(start_plain: StartPlain) -> None:
    superuser = Superuser(start_plain())
    superuser.call("Start", "any")
    assert "reply" in superuser.answered()


def test_stop(running: tuple[Peer, Superuser]) -> None:
    peer, superuser = running
    peer.opened("a", "echo", superuser="require")
    assert peer.data("a") == b"pseudo"
    superuser.call("Stop")
    assert "reply" in superuser.answered()
    peer.expect("close", "a", problem="terminated")
    superuser.until_current("none")
    peer.open("b", "echo", superuser="require")
    peer.refused("b", "access-denied")


def test_start_twice(running: tuple[Peer, Superuser]) -> None:
    _, superuser = running
    superuser.call("Start", superuser.first)
    assert superuser.answered()["error"] == ["cockpit.Superuser.Error", ["Superuser bridge already running"]]


def test_start_of_an_unknown_bridge(start_plain: StartPlain) -> None:
    superuser = Superuser(start_plain())
    superuser.call("Start", "bogus")
    assert superuser.answered()["error"][0] == "cockpit.Superuser.Error"
    assert superuser.state["Current"] == "none"


def test_the_right_password(start_plain: StartPlain) -> None:
    superuser = Superuser(start_plain(PASSWORD))
    superuser.call("Start", superuser.first, key="start")
    prompt = superuser.until(lambda message: "signal" in message)
    assert prompt["signal"] == [*SUPERUSER, "Prompt", ["", "can haz pw?", "", False, ""]]
    assert superuser.state["Current"] == "init"
    superuser.call("Answer", PASSWORD, key="answer")
    assert "reply" in superuser.answered("start")
    superuser.until_current(superuser.first)


def test_the_wrong_password(start_plain: StartPlain) -> None:
    superuser = Superuser(start_plain(PASSWORD))
    superuser.call("Start", superuser.first, key="start")
    superuser.until(lambda message: "signal" in message)
    superuser.call("Answer", "guess", key="answer")
    error = superuser.answered("start")["error"]
    assert error == ["cockpit.Superuser.Error", ["pseudo says: bad password"]]
    assert superuser.state["Current"] == "none"


def test_stop_while_it_asks(start_plain: StartPlain) -> None:
    superuser = Superuser(start_plain(PASSWORD))
    superuser.call("Start", superuser.first, key="start")
    superuser.until(lambda message: "signal" in message)
    superuser.call("Stop", key="stop")
    assert superuser.answered("start")["error"][0].startswith("cockpit.Superuser.Error")
    superuser.until_current("none")


def test_channels_wait_in_order_while_it_starts(start_plain: StartPlain) -> None:
    peer = start_plain(PASSWORD)
    superuser = Superuser(peer)
    superuser.call("Start", superuser.first, key="start")
    superuser.until(lambda message: "signal" in message)
    peer.open("a", "echo", superuser="require")
    for number in range(10):
        peer.send("a", b"%d" % number)
    peer.barrier()
    peer.assert_quiet("a")
    superuser.call("Answer", PASSWORD, key="answer")
    peer.expect("ready", "a")
    assert [peer.data("a") for _ in range(11)] == [b"pseudo", *[b"%d" % number for number in range(10)]]


def test_start_with_init(start_plain: StartPlain) -> None:
    peer = start_plain(init={"superuser": {"id": "any"}})
    peer.expect("superuser-init-done")
    superuser = Superuser(peer)
    assert superuser.state["Current"] == superuser.first


def test_start_with_init_and_a_password(start_plain: StartPlain) -> None:
    peer = start_plain(PASSWORD, init={"superuser": {"id": "any"}})
    authorize = peer.expect("authorize")
    assert authorize["challenge"].startswith("plain1:")
    peer.control("authorize", cookie=authorize["cookie"], response=PASSWORD)
    peer.expect("superuser-init-done")
    superuser = Superuser(peer)
    assert superuser.state["Current"] == superuser.first


@pytest.mark.parametrize("answer", ["guess", ""])
def test_start_with_init_that_fails(start_plain: StartPlain, answer: str) -> None:
    peer = start_plain(PASSWORD, init={"superuser": {"id": "any"}})
    authorize = peer.expect("authorize")
    peer.control("authorize", cookie=authorize["cookie"], response=answer)
    peer.expect("superuser-init-done")
    assert Superuser(peer).state["Current"] == "none"


def test_start_with_init_of_what_is_not_there(start_plain: StartPlain) -> None:
    peer = start_plain(init={"superuser": {"id": "bogus"}})
    peer.expect("superuser-init-done")


def test_a_bridge_whose_program_is_missing(start: Callable[..., Peer], as_nobody: list[str], folder: Path) -> None:
    package = folder / "share/cockpit/pseudo"
    package.mkdir(parents=True)
    bridge = {"privileged": True, "label": "Absent", "spawn": ["no-such-program"]}
    (package / "manifest.json").write_text(json.dumps({"bridges": [bridge]}))
    assert Superuser(start(prefix=as_nobody)).state["Bridges"] == []


SUDO = ["sudo", "-k", "-A", "cockpit-bridge", "--privileged"]


@pytest.mark.parametrize(
    ("spawn", "variables", "there"),
    [
        (["there"], [], False),
        (["there"], ["PATH=FOLDER/bin"], True),
        (["FOLDER/bin/there"], [], True),
        (["FOLDER/bin/plain"], [], False),
        (SUDO, ["PATH=FOLDER/bin/sudo-with-askpass:/usr/bin:/bin"], True),
        (SUDO, ["PATH=FOLDER/bin/sudo-without:/usr/bin:/bin"], False),
    ],
    ids=["path", "path of its own", "absolute", "not executable", "askpass", "no askpass"],
)
def test_which_bridges_count(
    start: Callable[..., Peer], as_nobody: list[str], folder: Path, spawn: list[str], variables: list[str], there: bool
) -> None:
    programs = {
        "there": "exit 0",
        "sudo-with-askpass/sudo": 'case "$*" in *-A*) exit 0;; esac; exit 1',
        "sudo-without/sudo": "exit 1",
    }
    for name, script in programs.items():
        program = folder / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    (folder / "bin/plain").touch()
    package = folder / "share/cockpit/pseudo"
    package.mkdir(parents=True)
    bridge = {"privileged": True, "spawn": spawn, "environ": variables}
    manifest = json.dumps({"bridges": [bridge]}).replace("FOLDER", str(folder))
    (package / "manifest.json").write_text(manifest)
    assert Superuser(start(prefix=as_nobody)).state["Bridges"] == ([Path(spawn[0]).name] if there else [])


def test_other_bridges_of_manifests(start: Callable[..., Peer], folder: Path) -> None:
    package = folder / "share/cockpit/pseudo"
    package.mkdir(parents=True)
    bridge = {"match": {"payload": "x-pseudo", "flavour": None}, "spawn": [sys.executable, PSEUDO]}
    (package / "manifest.json").write_text(json.dumps({"bridges": [bridge]}))
    peer = start()
    for name in ("one", "two"):
        peer.opened(name, "x-pseudo", flavour=name)
        assert peer.data(name) == b"pseudo"
    peer.open("three", "x-pseudo")
    peer.refused("three", "not-supported")
