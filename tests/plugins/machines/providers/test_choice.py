import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.protocol import Problem
from plugins.machines.providers.choice import (
    DEMO,
    PROVIDERS,
    SESSION,
    SYSTEM,
    Choice,
    Host,
    choose,
    choose_provider,
    installed_providers,
)

BARE = Host(root=True, system_socket=False, session_socket=False, daemon=False, qemu=False)
SERVER = replace(BARE, system_socket=True, daemon=True, qemu=True)


class Probe:
    """Answers for each URI what it was told; an unexpected question fails."""

    def __init__(self, **answers: str) -> None:
        self.answers = {f"qemu:///{name}": answer for name, answer in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, uri: str) -> str:
        self.asked.append(uri)
        return self.answers[uri]


async def test_what_is_asked_for_is_what_comes() -> None:
    environ = {"PILOTHOUSE_LIBVIRT_URI": "lxc:///", "PILOTHOUSE_DEMO": "1"}
    assert await choose("test:///default", environ, SERVER, Probe()) == Choice("test:///default")
    assert await choose("", environ, SERVER, Probe()) == Choice("lxc:///")
    assert (await choose("", {"PILOTHOUSE_DEMO": "1"}, SERVER, Probe())).demo
    assert (await choose(DEMO, {}, SERVER, Probe())).demo


@pytest.mark.parametrize("uri", ["system", "qemu:///sys\ntem", "a:" + "x" * 1024])
async def test_what_is_no_uri_is_refused(uri: str) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute 'uri'"):
        await choose(uri, {}, SERVER, Probe())


async def test_without_a_hypervisor_it_is_the_demo_and_says_so() -> None:
    choice = await choose("", {}, BARE, Probe())
    assert (choice.uri, choice.demo) == (DEMO, True)
    assert "libvirt is not installed" in choice.note


@pytest.mark.parametrize("host", [SERVER, replace(SERVER, system_socket=False), replace(SERVER, daemon=False)])
async def test_root_gets_the_system_and_never_a_demo_in_its_place(host: Host) -> None:
    assert await choose("", {}, host, Probe()) == Choice(SYSTEM)


async def test_a_user_gets_the_system_where_it_answers() -> None:
    assert await choose("", {}, replace(SERVER, root=False), Probe(system="")) == Choice(SYSTEM)


async def test_a_user_who_may_not_see_the_system_gets_the_session_and_the_reason() -> None:
    probe = Probe(system="Permission denied", session="")
    choice = await choose("", {}, replace(SERVER, root=False), probe)
    assert choice.uri == SESSION
    assert not choice.demo
    assert "Permission denied" in choice.note


async def test_where_neither_answers_the_state_shall_say_what_the_system_says() -> None:
    probe = Probe(system="Permission denied", session="no hypervisor")
    assert await choose("", {}, replace(SERVER, root=False), probe) == Choice(SYSTEM)


async def test_a_session_without_qemu_is_no_way_out() -> None:
    probe = Probe(system="Permission denied")
    assert await choose("", {}, replace(SERVER, root=False, qemu=False), probe) == Choice(SYSTEM)


async def test_a_stopped_system_daemon_is_not_asked_in_vain() -> None:
    probe = Probe(session="")
    choice = await choose("", {}, replace(SERVER, root=False, system_socket=False), probe)
    assert choice.uri == SESSION
    assert probe.asked == [SESSION]


def test_a_host_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "virtqemud"
    program.parent.mkdir()
    program.touch(mode=0o755)
    (program.parent / "qemu-system-x86_64").touch(mode=0o755)
    environ = {"PATH": str(program.parent), "XDG_RUNTIME_DIR": str(tmp_path)}
    host = Host.look(environ)
    assert host.daemon
    assert host.qemu
    assert host.root == (os.geteuid() == 0)
    assert not host.session_socket
    (tmp_path / "libvirt").mkdir()
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("libvirt/virtqemud-sock")
        assert Host.look(environ).session_socket


def test_the_demo_is_a_file_of_ours() -> None:
    assert DEMO.startswith("test:///")
    assert Path(DEMO.removeprefix("test://")).is_file()


def test_the_richest_provider_that_is_installed_is_taken() -> None:
    assert choose_provider(Choice(SYSTEM), PROVIDERS, root=True) == "libvirt-python"
    assert choose_provider(Choice(SYSTEM), PROVIDERS[1:], root=True) == "libvirt-dbus"
    assert choose_provider(Choice(SYSTEM), PROVIDERS[2:], root=True) == "virsh"


def test_libvirt_dbus_is_not_taken_for_what_it_cannot_reach() -> None:
    for uri in ("qemu+ssh://host/system", DEMO):
        assert choose_provider(Choice(uri), PROVIDERS[1:], root=True) == "virsh"
    assert choose_provider(Choice(SESSION), PROVIDERS[1:], root=False) == "libvirt-dbus"
    assert choose_provider(Choice(SESSION), PROVIDERS[1:], root=True) == "virsh"


def test_a_setting_overrides_what_is_installed() -> None:
    assert choose_provider(Choice(SYSTEM, provider="virsh"), PROVIDERS, root=True) == "virsh"
    with pytest.raises(Problem, match="virsh is not installed"):
        choose_provider(Choice(SYSTEM, provider="virsh"), PROVIDERS[:2], root=True)
    with pytest.raises(Problem, match=r"libvirt-dbus cannot reach qemu\+ssh://host/system"):
        choose_provider(Choice("qemu+ssh://host/system", provider="libvirt-dbus"), PROVIDERS, root=True)
    with pytest.raises(Problem, match="None of libvirt-python, libvirt-dbus, virsh is installed"):
        choose_provider(Choice(SYSTEM), [], root=True)


async def test_the_setting_is_of_the_environment_and_a_page_overrides_it() -> None:
    environ = {"PILOTHOUSE_LIBVIRT_PROVIDER": "virsh"}
    assert (await choose("", environ, SERVER, Probe())).provider == "virsh"
    assert (await choose("", environ, SERVER, Probe(), "libvirt-dbus")).provider == "libvirt-dbus"
    with pytest.raises(Problem, match="attribute 'provider': must be one of libvirt-python, libvirt-dbus, virsh"):
        await choose("", {"PILOTHOUSE_LIBVIRT_PROVIDER": "libvirt"}, SERVER, Probe())


def test_what_is_installed_is_looked_for(tmp_path: Path) -> None:
    assert installed_providers({"PATH": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path)}) == ["libvirt-python"]
    service = tmp_path / "dbus-1" / "system-services" / "org.libvirt.service"
    service.parent.mkdir(parents=True)
    service.touch()
    (tmp_path / "virsh").touch(mode=0o755)
    assert installed_providers({"PATH": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path)}) == list(PROVIDERS)
