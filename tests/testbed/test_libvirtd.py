"""The private libvirtd keeps its promises: real guests, crashes survived, nothing of the machine touched."""

import subprocess
from pathlib import Path

import pytest
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd, private_libvirtd
from testbed.processes import wait_until


def test_a_guest_runs_and_survives_the_daemon(libvirtd: Libvirtd) -> None:
    uuid = libvirtd.define(domain_xml("guest"))
    libvirtd.virsh("start", uuid)
    assert libvirtd.virsh("domstate", uuid) == "running"
    libvirtd.kill()
    assert not libvirtd.running()
    libvirtd.start()
    assert libvirtd.virsh("domstate", uuid) == "running"
    assert libvirtd.virsh("ttyconsole", uuid).startswith("/dev/pts/")


def test_every_test_starts_without_domains(libvirtd: Libvirtd) -> None:
    assert libvirtd.domains() == []


def test_a_killed_daemon_is_back_for_the_next_test(libvirtd: Libvirtd) -> None:
    libvirtd.kill()
    libvirtd.clean()
    assert libvirtd.domains() == []


def test_a_hung_daemon_answers_nothing_until_it_goes_on(libvirtd: Libvirtd) -> None:
    argv = ["virsh", "--connect", libvirtd.uri, "list"]
    with libvirtd.hung(), pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(argv, timeout=0.5, check=False, capture_output=True)
    assert libvirtd.domains() == []


def test_a_hung_daemon_goes_on_after_a_test_that_fails(libvirtd: Libvirtd) -> None:
    with pytest.raises(AssertionError), libvirtd.hung():
        raise AssertionError
    assert libvirtd.domains() == []


def test_a_hung_daemon_can_be_killed(libvirtd: Libvirtd) -> None:
    libvirtd.hang()
    libvirtd.kill()
    libvirtd.start()
    assert libvirtd.domains() == []


def test_names_that_look_like_something_else_are_only_names(libvirtd: Libvirtd) -> None:
    names = ["-rf", "$(id)", "a'b\"<&>", "\N{SAILBOAT}"]
    for name in names:
        libvirtd.define(domain_xml(name))
    assert set(libvirtd.virsh("list", "--all", "--name").splitlines()) == set(names)


def test_programs_that_enter_see_it_as_the_system_libvirt(libvirtd: Libvirtd) -> None:
    uuid = libvirtd.define(domain_xml("guest"))
    argv = libvirtd.enter(["virsh", "--connect", "qemu:///system", "list", "--all", "--uuid"])
    assert subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split() == [uuid]


def test_closing_ends_every_guest_and_removes_the_directory() -> None:
    with private_libvirtd() as daemon:
        daemon.create(domain_xml("transient"))
        directory = Path(daemon.uri.partition("socket=")[2]).parents[2]
        assert directory.is_dir()
        wait_until(lambda: "transient" in daemon.virsh("list", "--name"), "the guest is listed")
    assert not directory.exists()
