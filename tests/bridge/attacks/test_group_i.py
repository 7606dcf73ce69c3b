"""What libvirt does to a session that has a machine's console open (security reference, group I, case 81).

At the bridge, where the channels and processes of a console are, and in the page's place: twenty restarts in a browser
would take as long again and show nothing more. That the page does what is done for it here is shown by
tests/plugins/machines/console/serial-session.test.ts, twenty times, and tests/e2e/test_machine_console.py.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd
from testbed.processes import wait_until

from bridge.protocol import Control, Data, Event, decode_json
from manifests import merge

VERSION = b"RFB 003.008\n"


class Page:
    """What a page with a machine's consoles has open: the machines, its screen, and its serial port."""

    def __init__(self, real: Any, uri: str, machine: str, screen: Path) -> None:
        self.real = real
        self._uri, self._machine, self._screen = uri, machine, screen
        self.state: dict[str, Any] = {}
        self.said = {"screen": b"", "serial": b""}
        self.closed: list[str] = []

    async def open(self) -> None:
        await self.real.control("open", "machines", payload="libvirt1", uri=self._uri, parts=["domains"])
        await self.real.control("open", "screen", payload="stream", binary="raw", unix=str(self._screen))
        await self.open_serial()

    async def open_serial(self) -> None:
        self.said["serial"] = b""
        virsh = ["virsh", f"--connect={self._uri}", "console", f"--domain={self._machine}", "--devname=serial0"]
        await self.real.control("open", "serial", payload="stream", binary="raw", pty=True, spawn=virsh)

    @property
    def is_connected(self) -> bool:
        return bool(self.state.get("connection", {}).get("status") == "connected")

    async def until(self, condition: Callable[[], object]) -> None:
        def heard(event: Event) -> bool:
            self._hear(event)
            return bool(condition())

        if not condition():
            await self.real.next(heard)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Control) and event.command == "close" and event.channel:
            self.closed.append(event.channel)
        elif isinstance(event, Data) and event.channel in self.said:
            self.said[event.channel] += event.payload
        elif isinstance(event, Data):
            message: Any = decode_json(event.payload)
            if message.get("method") == "state":
                self.state = merge.apply(self.state, message["params"]["patch"])

    def footprint(self) -> dict[str, int]:
        """What the bridge and its children hold."""
        held = {"children": len(self.real.children())}
        for pid in (self.real.pid, *self.real.children()):
            program = comm(pid)
            for what in ("fd", "task"):
                number = len([*Path(f"/proc/{pid}/{what}").iterdir()])
                held[f"{program} {what}"] = held.get(f"{program} {what}", 0) + number
        return held


def comm(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def with_screen(xml: str, path: Path) -> str:
    """The machine with its screen at a socket of that path, which a namespace does not hide."""
    root = ET.fromstring(xml)
    graphics = root.find("devices/graphics")
    assert graphics is not None
    graphics.attrib.clear()
    graphics.set("type", "vnc")
    ET.SubElement(graphics, "listen", type="socket", socket=str(path))
    return ET.tostring(root, encoding="unicode")


@pytest.mark.parametrize("restarts", [3, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(600)])])
async def test_81_libvirtd_is_killed_with_a_console_open(
    restarts: int, real: Any, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    machine = libvirtd.define(with_screen(domain_xml("runs"), tmp_path / "vnc"))
    libvirtd.virsh("start", machine)
    page = Page(real, libvirtd.uri, machine, tmp_path / "vnc")
    await page.open()
    held: dict[str, int] = {}
    for restart in range(restarts):
        await page.until(lambda: page.is_connected and b"Escape character" in page.said["serial"])
        if restart == 1:
            held = page.footprint()
        await asyncio.to_thread(libvirtd.kill)
        await page.until(lambda: not page.is_connected)
        # virsh says that it lost its connection, and stays: whoever has it open has to end it.
        await real.control("close", "serial", problem="terminated")
        await page.until(lambda: page.closed)
        assert page.closed == ["serial"], "the screen is QEMU's own, and stays"
        page.closed.clear()
        await asyncio.to_thread(libvirtd.start)
        await page.until(lambda: page.is_connected)
        await page.open_serial()
    await page.until(lambda: page.is_connected and b"Escape character" in page.said["serial"])
    assert page.state["domains"][machine]["state"] == "running"
    wait_until(lambda: page.footprint() == held, "nothing is left over")
    assert page.said["screen"] == VERSION
    await page.real.data("screen", VERSION)
    await page.until(lambda: len(page.said["screen"]) > len(VERSION))
    for channel in ("serial", "screen", "machines"):
        await real.control("close", channel)
    await page.until(lambda: len(page.closed) == 3)
    wait_until(lambda: "virsh" not in {comm(pid) for pid in real.children()}, "virsh ends")
