import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from testbed.domain_xml import domain_xml
from testbed.namespace import child_pids
from testbed.processes import undebugged

from bridge.protocol import Problem
from plugins.machines.provider import Method
from plugins.machines.providers import libvirt_python as module
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.providers.limits import BY_HYPERVISOR

STRANGE_NAMES = ["1", "-rf", "$(id)", "a'b\"<&>", "🐧 машина", ".", "--all", "x" * 300]


async def test_the_connection_describes_itself(world: str, heard: Any) -> None:
    provider = await LibvirtPython.open(world, heard)
    assert provider.info.hypervisor == "TEST"
    assert provider.info.hostname
    assert provider.info.version.count(".") == 2
    assert [name for name, able in provider.capabilities.items() if able is not True] == list(BY_HYPERVISOR["TEST"])
    assert provider.capabilities.keys() == set(Method)
    await provider.close()


async def test_actions_do_what_they_say(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    provider = await LibvirtPython.open(world, heard)

    async def state_after(action: Method, key: str) -> str:
        await provider.act(action, key)
        return (await provider.domains([key]))[key].state

    key = uuid(2)
    assert await state_after(Method.START, key) == "running"
    assert await state_after(Method.SUSPEND, key) == "paused"
    assert await state_after(Method.RESUME, key) == "running"
    assert await state_after(Method.REBOOT, key) == "running"
    assert await state_after(Method.RESET, key) == "running"
    assert await state_after(Method.SHUTDOWN, key) == "shut off"
    assert await state_after(Method.DESTROY, uuid(1)) == "shut off"
    await provider.close()


async def test_an_unknown_key_is_named(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    provider = await LibvirtPython.open(world, heard)
    with pytest.raises(Problem, match=f"not-found: .*{uuid(99)}") as caught:
        await provider.act(Method.START, uuid(99))
    assert caught.value.extra["libvirt"]["code"] == 42
    await provider.close()


async def test_libvirts_refusal_is_told_in_its_words(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    provider = await LibvirtPython.open(world, heard)
    with pytest.raises(Problem, match="domain is not running") as caught:
        await provider.act(Method.DESTROY, uuid(2))
    assert caught.value.code == "change-conflict"
    await provider.close()


async def test_read_only_may_look_and_says_why_not_more(heard: Any) -> None:
    provider = await LibvirtPython.open("test:///default", heard, readonly=True)
    assert provider.info.readonly
    assert provider.info.note
    assert all("read-only" in str(able) for able in provider.capabilities.values())
    (key,) = await provider.domains()
    with pytest.raises(Problem, match="read only access prevents"):
        await provider.act(Method.DESTROY, key)
    await provider.close()


async def test_a_connection_that_cannot_be_made(heard: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Problem, match=r"no-host: .*No such file or directory"):
        await LibvirtPython.open("qemu+unix:///system?socket=/nonexistent/sock", heard)
    assert capfd.readouterr().err == "", "libvirt prints errors"


async def test_a_closed_connection_is_disconnected(world: str, heard: Any) -> None:
    provider = await LibvirtPython.open(world, heard)
    await provider.close()
    with pytest.raises(Problem, match="disconnected"):
        await provider.domains()


async def test_the_world_of_a_file_lives_on(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    first = await LibvirtPython.open(world, heard)
    await first.act(Method.START, uuid(2))
    await first.close()
    second = await LibvirtPython.open(world, heard)
    assert (await second.domains())[uuid(2)].state == "running"
    await second.close()


@pytest.mark.parametrize("name", STRANGE_NAMES)
async def test_a_strange_name_is_only_a_name(
    name: str, make_world: Callable[..., str], make_domain: Callable[..., Any], heard: Any, uuid: Callable[[int], str]
) -> None:
    provider = await LibvirtPython.open(make_world(make_domain("other", 1, 1), make_domain(name, 2, 5)), heard)
    await provider.act(Method.START, uuid(2))
    domains = await provider.domains()
    assert (domains[uuid(2)].name, domains[uuid(2)].state) == (name, "running")
    await provider.act(Method.DESTROY, uuid(2))
    domains = await provider.domains()
    assert (domains[uuid(1)].state, domains[uuid(2)].state) == ("running", "shut off")
    await provider.close()


async def test_qemu_domains_start_run_and_end(libvirtd: Any, heard: Any) -> None:
    keys = {name: libvirtd.define(domain_xml(name, title=f"<{name}>")) for name in ("1", "-rf", "a'b\"<&>")}
    provider = await LibvirtPython.open(libvirtd.uri, heard)
    assert provider.info.hypervisor == "QEMU"
    domains = await provider.domains()
    assert {domain.name: domain.state for domain in domains.values()} == dict.fromkeys(keys, "shut off")
    assert domains[keys["1"]].memory == 64 << 20
    await provider.act(Method.START, keys["-rf"])
    await heard.until(lambda: keys["-rf"] in heard.keys)
    assert libvirtd.virsh("list", "--name").split("\n") == ["-rf"]
    readings = await provider.readings()
    assert readings.keys() == {keys["-rf"]}
    assert readings[keys["-rf"]].cpu_time > 0
    assert 0 < readings[keys["-rf"]].memory_used <= 64 << 20
    await provider.act(Method.DESTROY, keys["-rf"])
    domain = (await provider.domains())[keys["-rf"]]
    assert (domain.state, domain.reason) == ("shut off", "destroyed")
    await provider.close()


async def test_a_killed_daemon_is_noticed_at_once(libvirtd: Any, heard: Any) -> None:
    provider = await LibvirtPython.open(libvirtd.uri, heard)
    await asyncio.to_thread(libvirtd.kill)
    await heard.until(lambda: heard.reason)
    with pytest.raises(Problem, match="disconnected"):
        await provider.domains()
    await provider.close()


async def test_nothing_is_left_of_a_connection(libvirtd: Any, heard: Any, footprint: Any) -> None:
    before = footprint.take()
    for _ in range(5):
        provider = await LibvirtPython.open(libvirtd.uri, heard)
        await provider.domains()
        await provider.close()
    await before.assert_not_grown()


@pytest.fixture
def hung(libvirtd: Any) -> Iterator[Callable[[], None]]:
    """The daemon is stopped in its tracks until the function is called."""
    starter = libvirtd._daemon.pid
    (daemon,) = child_pids(starter)
    os.kill(daemon, signal.SIGSTOP)

    def go_on() -> None:
        # The program that started it stops along with it, and is not continued along with it.
        for pid in (daemon, starter):
            os.kill(pid, signal.SIGCONT)

    yield go_on
    go_on()


async def test_a_hung_daemon_hangs_nobody(libvirtd: Any, heard: Any, hung: Callable[[], None]) -> None:
    opening = asyncio.get_running_loop().create_task(LibvirtPython.open(libvirtd.uri, heard))
    done, _ = await asyncio.wait({opening}, timeout=0.5)
    assert not done
    opening.cancel()
    async with asyncio.timeout(2):
        await asyncio.wait({opening})
    assert opening.cancelled()
    hung()
    provider = await LibvirtPython.open(libvirtd.uri, heard)
    assert await provider.domains() == {}
    await provider.close()


async def test_a_daemon_that_hangs_later_is_noticed(
    libvirtd: Any, heard: Any, hung: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEEPALIVE", (1, 2))
    hung()
    provider = await LibvirtPython.open(libvirtd.uri, heard)
    (daemon,) = child_pids(libvirtd._daemon.pid)
    os.kill(daemon, signal.SIGSTOP)
    with pytest.raises(Problem) as caught:
        await provider.domains()
    assert caught.value.code == "disconnected"
    await heard.until(lambda: heard.reason)
    assert heard.reason == "libvirt did not answer any more"
    await provider.close()


DENIED = """
import asyncio, os, sys
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import open_provider
from bridge.protocol import Problem
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
async def main():
    try:
        provider = await open_provider(Choice(sys.argv[1]), None)
        print("readonly", provider.info.readonly)
        await provider.close()
    except Problem as problem:
        print(problem.code, problem.message)
asyncio.run(main())
"""


async def test_who_may_not_connect_is_told_so(libvirtd: Any) -> None:
    argv = (sys.executable, "-c", "import plugins.machines.providers.libvirt_python\n" + DENIED, libvirtd.uri)
    done = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, timeout=30, env=undebugged())
    assert done.stderr == ""
    assert done.stdout.startswith("access-denied Failed to connect socket")
    assert done.stdout.endswith("Permission denied\n")
