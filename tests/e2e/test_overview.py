"""The overview: the machine's figures, its health, and what systemd says where there is one."""

import os
import re
import shlex
import shutil
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated

import pytest_asyncio
from dbus_fast import DBusError
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal
from playwright.async_api import FrameLocator, Page, expect
from testbed import pages
from testbed.console import Console

Open = Callable[..., Console]
NO_BUS = "unix:path=/nonexistent/bus"


async def show(page: Page, started: Console) -> FrameLocator:
    await page.goto(started.link.replace("/#", "/overview#"))
    frame = pages.frame(page, "overview")
    await expect(frame.get_by_role("heading", name="Processor")).to_be_visible()
    return frame


async def test_the_machine_says_what_it_is_and_does(console: Open, page: Page) -> None:
    frame = await show(page, console(demo=True, environ={"DBUS_SYSTEM_BUS_ADDRESS": NO_BUS}))
    name = Path("/proc/sys/kernel/hostname").read_text().strip()
    await expect(frame.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible()
    kernel = Path("/proc/sys/kernel/osrelease").read_text().strip()
    await expect(frame.locator("main")).to_contain_text(f"Linux {kernel}")
    (system,) = re.findall('^PRETTY_NAME="?([^"\n]*)', Path("/etc/os-release").read_text(), re.MULTILINE)
    await expect(frame.locator("main")).to_contain_text(system)
    await expect(frame.get_by_text("up for")).to_be_visible()
    for value in (r"\d+% of \d+ processor", r"[\d.]+ [KMG]iB of [\d.]+ [KMG]iB", r"Reading \d", r"Receiving \d"):
        await expect(frame.locator("main")).to_contain_text(re.compile(value.replace(" ", r"\s")))
    await expect(frame.get_by_role("meter", name="Space in use on /", exact=True)).to_be_visible()
    await expect(frame.locator(".ph-sparkline .ph-line").first).to_be_attached()


async def test_what_is_not_there_is_hidden_with_the_reason(console: Open, page: Page) -> None:
    frame = await show(page, console(demo=True, environ={"DBUS_SYSTEM_BUS_ADDRESS": NO_BUS}))
    await expect(frame.get_by_text("systemd does not answer on this machine.")).to_be_visible()
    await expect(frame.get_by_text("failed to connect to system bus")).to_be_visible()
    await expect(frame.get_by_text("This machine cannot be rebooted or shut down from here")).to_be_visible()
    await expect(frame.get_by_role("button", name="Reboot")).to_have_count(0)


UNITS = Annotated[list[tuple[str, str, str, str, str, str, str, int, str, str]], DBusSignature("a(ssssssouso)")]


class Systemd(ServiceInterface):
    """As much of systemd's manager as the overview uses."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.systemd1.Manager")
        self.failed = [("nightly-backup.service", "The nightly backup")]

    @dbus_method()
    def Subscribe(self) -> None:
        pass

    @dbus_method()
    def ListUnitsFiltered(self, states: Annotated[list[str], DBusSignature("as")]) -> UNITS:
        assert states == ["failed"]
        rest = ("loaded", "failed", "failed", "", "/org/freedesktop/systemd1/unit/x", 0, "", "/")
        return [(name, text, *rest) for name, text in self.failed]  # type: ignore[misc]

    @dbus_signal()
    def JobRemoved(self) -> Annotated[tuple[int, str, str, str], DBusSignature("uoss")]:
        return [1, "/org/freedesktop/systemd1/job/1", "nightly-backup.service", "done"]  # type: ignore[return-value]


class Login(ServiceInterface):
    """As much of logind's manager as the overview uses; `asked` is what was to be done."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.login1.Manager")
        self.asked: list[str] = []
        self.may_power_off = "no"

    @dbus_method()
    def CanReboot(self) -> DBusStr:
        return "yes"

    @dbus_method()
    def CanPowerOff(self) -> DBusStr:
        return self.may_power_off

    @dbus_method()
    def PowerOff(self, interactive: DBusBool) -> None:
        self.asked.append("PowerOff")

    @dbus_method()
    def Reboot(self, interactive: DBusBool) -> None:
        self.asked.append("Reboot")
        if len(self.asked) == 1:
            raise DBusError("org.freedesktop.login1.Busy", "A backup is running")


@pytest_asyncio.fixture(loop_scope="session")
async def machine(system_bus: str) -> AsyncIterator[tuple[Systemd, Login]]:
    """Both services on a bus."""
    bus = await MessageBus(bus_address=system_bus).connect()
    systemd, login = Systemd(), Login()
    bus.export("/org/freedesktop/systemd1", systemd)
    bus.export("/org/freedesktop/login1", login)
    await bus.request_name("org.freedesktop.systemd1")
    await bus.request_name("org.freedesktop.login1")
    yield systemd, login
    bus.disconnect()


async def test_failed_services_are_named_while_they_are(
    console: Open, page: Page, system_bus: str, machine: tuple[Systemd, Login]
) -> None:
    systemd, _login = machine
    frame = await show(page, console(demo=True, environ={"DBUS_SYSTEM_BUS_ADDRESS": system_bus}))
    await expect(frame.get_by_text("nightly-backup.service")).to_be_visible()
    await expect(frame.get_by_text("1 service has failed.")).to_be_visible()
    icon = page.get_by_role("link", name="Overview").get_by_role("img").first
    await expect(icon).to_be_visible()
    systemd.failed = []
    systemd.JobRemoved()
    await expect(frame.get_by_text("No service has failed.")).to_be_visible()
    await expect(frame.get_by_text("1 service has failed.")).to_have_count(0)


async def test_a_reboot_is_confirmed_and_a_refusal_told(
    console: Open, page: Page, system_bus: str, machine: tuple[Systemd, Login]
) -> None:
    _systemd, login = machine
    frame = await show(page, console(demo=True, environ={"DBUS_SYSTEM_BUS_ADDRESS": system_bus}))
    await expect(frame.get_by_role("button", name="Shut down")).to_be_disabled()
    await frame.get_by_role("button", name="Reboot").click()
    dialog = frame.get_by_role("dialog")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    assert login.asked == []
    await frame.get_by_role("button", name="Reboot").click()
    await dialog.get_by_role("button", name="Reboot").click()
    await expect(dialog.get_by_text("A backup is running")).to_be_visible()
    await dialog.get_by_role("button", name="Reboot").click()
    await expect(dialog).to_have_count(0)
    assert login.asked == ["Reboot", "Reboot"]


async def test_it_is_shut_down_once_that_is_confirmed(
    console: Open, page: Page, system_bus: str, machine: tuple[Systemd, Login]
) -> None:
    _systemd, login = machine
    login.may_power_off = "yes"
    frame = await show(page, console(demo=True, environ={"DBUS_SYSTEM_BUS_ADDRESS": system_bus}))
    await frame.get_by_role("button", name="Shut down").click()
    dialog = frame.get_by_role("dialog")
    await expect(dialog).to_contain_text("You cannot start it again from here.")
    assert login.asked == []
    await dialog.get_by_role("button", name="Shut down").click()
    await expect(dialog).to_have_count(0)
    assert login.asked == ["PowerOff"]


async def test_who_logged_in_last_is_told(console: Open, page: Page, tmp_path: Path) -> None:
    """The real last(1), on a record of logins of its own."""
    record, program = tmp_path / "wtmp", tmp_path / "bin/last"
    record.write_bytes(login_record("anna", "192.0.2.7", 1_700_000_000) + login_record("bert", "", 1_700_000_100))
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shutil.which("last")} --file {shlex.quote(str(record))} "$@"\n')
    program.chmod(0o755)
    frame = await show(page, console(demo=True, environ={"PATH": f"{program.parent}:{os.environ['PATH']}"}))
    logins = frame.get_by_role("listitem").filter(has_text=re.compile("anna|bert"))
    await expect(logins).to_contain_text(["bert", re.compile("anna.*from 192.0.2.7")])


def login_record(user: str, host: str, at: int) -> bytes:
    """A USER_PROCESS of utmp(5), of which last(1) makes a line."""
    numbers = (7, 1234, b"pts/1", b"ts/1", user.encode(), host.encode(), 0, 0, 0, at, 0, bytes(16))
    return struct.pack("<hxxi32s4s32s256shhiii16s20x", *numbers)
