import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugins.machines.provider import Kind
from plugins.machines.providers import virsh_events as module
from plugins.machines.providers.virsh_events import VirshEvents

KEY = "00000000-0000-4000-8000-000000000001"
Says = Callable[[str], VirshEvents]


@pytest.fixture
def says(tmp_path: Path, heard: Any, monkeypatch: pytest.MonkeyPatch) -> Says:
    """Listens to a program called virsh that says those lines, then waits for its end."""
    monkeypatch.setattr(module, "_COMMANDS", {Kind.DOMAIN: "uri; event"})

    def listen(text: str) -> VirshEvents:
        program = tmp_path / "virsh"
        program.write_text(f"#!{sys.executable}\nimport signal\nprint({text!r}, flush=True)\nsignal.pause()\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return VirshEvents("test:///default", os.environ, heard, lambda: {"web": KEY})

    return listen


async def test_an_event_of_a_known_name_is_of_its_domain(says: Says, heard: Any) -> None:
    events = says("qemu:///system\nevent 'lifecycle' for domain 'web': Started Booted")
    await events.start()
    await heard.until(lambda: heard.keys == [KEY])
    await events.close()


async def test_once_it_listens_everything_is_looked_at(says: Says, heard: Any) -> None:
    events = says("qemu:///system")
    await events.start()
    await heard.until(lambda: heard.keys == [""])
    await events.close()


async def test_what_libvirt_ended_is_closed(says: Says, heard: Any) -> None:
    events = says("qemu:///system\nerror: Disconnected from qemu:///system due to end of file\nerror: more")
    await events.start()
    await heard.until(lambda: heard.reason)
    assert heard.reason == "libvirt ended the connection (end of file)"
    await events.close()


async def test_a_driver_without_events_leaves_it_to_the_resync(says: Says, heard: Any) -> None:
    events = says("qemu:///system\nerror: this function is not supported by the connection driver: virConnect")
    await events.start()
    await events._tasks[0]
    assert (heard.keys, heard.reason) == ([], None)
    await events.close()


async def test_a_line_without_an_end_counts_as_a_change(
    says: Says, heard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINE_MAX", 1000)
    monkeypatch.setattr(module, "_UNHEARD", 100.0)
    events = says("qemu:///system\n" + "x" * 5000)
    await events.start()
    await heard.until(lambda: "" in heard.keys)
    await events.close()
