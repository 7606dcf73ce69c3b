"""A machine's own page: what it is, what is pending, and what can be done with it."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import FrameLocator, Page, expect
from testbed import pages
from testbed.browser import accessibility_violations, horizontal_overflow
from testbed.console import Console
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

from plugins.machines.domains.metadata import NAMESPACE

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
Open = Callable[..., Console]


async def show(page: Page, started: Console, uuid: str, tab: str = "") -> FrameLocator:
    """Opens the page of a machine by its address."""
    options = f"id={uuid}" + (f"&tab={tab}" if tab else "")
    await page.goto(started.link)
    await expect(pages.frame(page, "machines").get_by_role("heading", name="Virtual machines")).to_be_visible()
    await page.goto(f"{started.url}machines#/machine?{options}")
    frame = pages.frame(page, "machines")
    await expect(frame.get_by_role("navigation", name="Breadcrumb")).to_be_visible()
    return frame


async def choose(frame: FrameLocator, action: str) -> None:
    """Picks an entry of the page's menu of actions."""
    await frame.get_by_role("button", name="Actions", exact=True).click()
    await frame.get_by_role("menuitem", name=action, exact=True).click()


async def run(*argv: str) -> None:
    """Runs a program, which must succeed."""
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(30):
        await process.communicate()
    assert process.returncode == 0


async def test_the_list_leads_to_a_machine_and_back(console: Open, page: Page) -> None:
    await pages.open_machines(page, console(demo=True).link)
    frame = pages.frame(page, "machines")
    await frame.get_by_role("link", name="db-primary").click()
    await expect(frame.get_by_role("heading", level=1, name="db-primary")).to_be_visible()
    await expect(frame.get_by_role("region", name="General")).to_contain_text("UUID")
    await expect(frame.get_by_role("grid", name="Disks").get_by_text("fast/db-primary-wal.raw")).to_be_visible()
    await expect(frame.locator('[data-device="interface:52:54:00:10:00:02"]')).to_contain_text("backend")
    await page.reload()
    await expect(frame.get_by_role("heading", level=1, name="db-primary")).to_be_visible()
    await frame.get_by_role("link", name="Virtual machines").click()
    await expect(pages.rows(page).first).to_be_visible()


async def test_a_machine_that_does_not_exist_is_said_not_to(console: Open, page: Page, libvirtd: Libvirtd) -> None:
    uuid = libvirtd.define(domain_xml("doomed"))
    frame = await show(page, console(libvirtd=libvirtd), uuid)
    await expect(frame.get_by_role("heading", level=1, name="doomed")).to_be_visible()
    libvirtd.virsh("undefine", uuid)
    await expect(frame.get_by_role("heading", name="This machine does not exist")).to_be_visible()
    await frame.get_by_role("link", name="All virtual machines").click()
    await expect(frame.get_by_role("heading", name="No virtual machines yet")).to_be_visible()


async def test_what_is_edited_here_is_stored_and_what_waits_for_a_restart_is_told(
    console: Open, page: Page, libvirtd: Libvirtd
) -> None:
    uuid = libvirtd.define(domain_xml("$(id) ü"))
    bystander = libvirtd.define(domain_xml("bystander"))
    frame = await show(page, console(libvirtd=libvirtd), uuid)
    await frame.get_by_role("button", name="Edit description").click()
    dialog = frame.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Description").fill("two\nlines <b>&</b>")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(frame.get_by_text("lines <b>&</b>")).to_be_visible()
    assert libvirtd.virsh("desc", uuid) == "two\nlines <b>&</b>"

    await frame.get_by_role("button", name="Edit notes").click()
    await dialog.get_by_role("textbox", name="Notes").fill("-rf; $(id)")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(frame.get_by_text("-rf; $(id)")).to_be_visible()
    assert "-rf; $(id)" in libvirtd.virsh("metadata", uuid, NAMESPACE)

    await frame.get_by_role("switch", name="Start when the host starts").check(force=True)
    await expect(frame.get_by_role("switch", name="Start when the host starts")).to_be_enabled()
    assert libvirtd.virsh("list", "--all", "--autostart", "--uuid").split() == [uuid]

    await frame.get_by_role("button", name="Start $(id) ü", exact=True).click()
    await expect(frame.get_by_text("Running", exact=True)).to_be_visible()
    await expect(frame.get_by_text("Changes pending until restart")).to_have_count(0)
    libvirtd.define(libvirtd.virsh("dumpxml", uuid, "--inactive").replace(">65536<", ">131072<"))
    notice = frame.get_by_role("heading", name="Changes pending until restart")
    await expect(notice).to_be_visible()
    await frame.get_by_role("button", name="What will change").click()
    row = frame.get_by_role("grid", name="Changes pending until restart").get_by_role("row").nth(1)
    await expect(row).to_contain_text("memory")
    await expect(row).to_contain_text("131072")
    await frame.get_by_role("tab", name="XML").click()
    await expect(frame.get_by_role("region", name="XML")).to_contain_text("65536</memory>")
    await frame.get_by_role("button", name="Stored").click()
    await expect(frame.get_by_role("region", name="XML")).to_contain_text("131072</memory>")
    await frame.get_by_role("button", name="Difference").click()
    difference = frame.get_by_role("region", name="Difference")
    await expect(difference.locator(".ph-removed").filter(has_text="65536</memory>")).to_be_visible()
    await expect(difference.locator(".ph-added").filter(has_text="131072</memory>")).to_be_visible()
    assert libvirtd.virsh("domstate", bystander) == "shut off"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_and_a_telephone_shows_it_all(
    console: Open, page: Page, scheme: Literal["light", "dark"]
) -> None:
    axe = AXE.read_text()
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    frame = await show(page, console(demo=True), "5b6e1f0a-3c1d-4e57-9a42-0c6d1a7e1003")
    tabs = await frame.get_by_role("tab").all_inner_texts()
    for tab in tabs:
        await frame.get_by_role("tab", name=tab).click()
        assert await accessibility_violations(page, axe) == [], tab
    # Once: the shell's navigation takes its time to come and go.
    await page.set_viewport_size({"width": 390, "height": 844})
    for tab in tabs:
        await frame.get_by_role("tab", name=tab).click()
        assert await horizontal_overflow(page) == {}, tab


async def test_a_tree_of_snapshots_is_made_reverted_and_deleted(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    disk = tmp_path / "disk.qcow2"
    await run("qemu-img", "create", "-q", "-f", "qcow2", str(disk), "1M")
    uuid = libvirtd.define(domain_xml("guest", disk=str(disk), disk_format="qcow2"))
    frame = await show(page, console(libvirtd=libvirtd), uuid, "snapshots")
    dialog = frame.get_by_role("dialog")
    for name in ("-rf", "$(id) ü"):
        await frame.get_by_role("button", name="Create snapshot").click()
        await dialog.get_by_role("textbox", name="Name").fill(name)
        await dialog.get_by_role("button", name="Create", exact=True).click()
        await expect(frame.locator(f'[data-snapshot="{name}"]')).to_be_visible()
    child = frame.locator('[data-snapshot="-rf"] [data-snapshot="$(id) ü"]')
    await expect(child).to_contain_text("Current")
    await frame.get_by_role("button", name="Revert to -rf").click()
    await expect(dialog).to_contain_text("is lost")
    await dialog.get_by_role("button", name="Revert").click()
    await expect(child).not_to_contain_text("Current")
    assert libvirtd.virsh("snapshot-current", uuid, "--name") == "-rf"
    await frame.get_by_role("button", name="Delete -rf").click()
    await dialog.get_by_role("checkbox", name="Delete the 1 snapshot made from it as well").check()
    await dialog.get_by_role("button", name="Delete", exact=True).click()
    await expect(frame.get_by_role("heading", name="No snapshots")).to_be_visible()
    assert libvirtd.virsh("snapshot-list", uuid, "--name") == ""

    await frame.get_by_role("button", name="Create snapshot").click()
    await dialog.get_by_role("textbox", name="Name").fill("beside ü")
    await dialog.get_by_role("radio", name="External").check()
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(frame.locator('[data-snapshot="beside ü"]')).to_contain_text("external")
    assert f"{tmp_path}/disk.beside ü" in libvirtd.virsh("domblklist", uuid)
    # What libvirt does not do with those it says itself.
    await frame.get_by_role("button", name="Revert to beside ü").click()
    await dialog.get_by_role("button", name="Revert").click()
    await expect(dialog).to_contain_text(re.compile("external (disk )?snapshot|not supported"))


async def test_xml_is_edited_with_a_diff_and_libvirts_word_on_it(console: Open, page: Page, libvirtd: Libvirtd) -> None:
    uuid = libvirtd.define(domain_xml("guest"))
    frame = await show(page, console(libvirtd=libvirtd), uuid, "xml")
    await frame.get_by_role("button", name="Edit", exact=True).click()
    area = frame.get_by_role("textbox", name="XML")
    original = await area.input_value()
    await area.fill(original.replace("</name>", "</name>\n  <nonsense/>", 1))
    await frame.get_by_role("button", name="Review changes").click()
    await expect(frame.get_by_role("region", name="Difference").locator(".ph-added")).to_have_text(
        re.compile("<nonsense/>")
    )
    await frame.get_by_role("button", name="Validate and store").click()
    await expect(frame.get_by_text("failed to validate against schema")).to_be_visible()
    await expect(frame.get_by_role("button", name="Go to line 3")).to_be_visible()
    assert libvirtd.virsh("dumpxml", uuid, "--inactive") == original.strip()

    await area.fill(original.replace(">1</vcpu>", ">2</vcpu>"))
    await frame.get_by_role("button", name="Review changes").click()
    await frame.get_by_role("button", name="Validate and store").click()
    await expect(frame.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    await expect(frame.get_by_role("region", name="XML")).to_contain_text("2</vcpu>")
    assert "2</vcpu>" in libvirtd.virsh("dumpxml", uuid, "--inactive")


async def test_a_machine_is_renamed_cloned_and_deleted_by_its_uuid(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    bystander = libvirtd.define(domain_xml("a"))
    pool = tmp_path / "pool"
    pool.mkdir()
    disk = pool / "mine.qcow2"
    await run("qemu-img", "create", "-q", "-f", "qcow2", str(disk), "1M")
    libvirtd.virsh("pool-create-as", "images", "dir", "--target", str(pool))
    uuid = libvirtd.define(domain_xml("b", disk=str(disk), disk_format="qcow2"))
    frame = await show(page, console(libvirtd=libvirtd), uuid)
    dialog = frame.get_by_role("dialog")
    await choose(frame, "Rename…")
    await dialog.get_by_role("textbox", name="New name").fill("-rf $(id)")
    await dialog.get_by_role("button", name="Rename").click()
    await expect(frame.get_by_role("heading", level=1, name="-rf $(id)")).to_be_visible()

    await frame.get_by_role("tab", name="Log").click()
    done = frame.get_by_role("grid", name="Log").get_by_role("row").nth(1)
    await expect(done).to_contain_text("Renamed -rf $(id)")
    await expect(done).to_contain_text("Done")

    await choose(frame, "Clone…")
    await dialog.get_by_role("radio", name="Base new ones on them").check()
    await dialog.get_by_role("button", name="Clone").click()
    await expect(frame.get_by_role("heading", level=1, name="-rf $(id)-clone")).to_be_visible()
    (clone,) = set(libvirtd.domains()) - {bystander, uuid}
    (based,) = set(pool.iterdir()) - {disk}
    assert str(based) in libvirtd.virsh("domblklist", clone)

    await choose(frame, "Start paused")
    await expect(frame.get_by_text("Paused", exact=True)).to_be_visible()
    await choose(frame, "Delete…")
    await expect(dialog).to_contain_text("it is forced off, and unsaved data is lost")
    await dialog.get_by_role("checkbox", name="vda").check()
    await dialog.get_by_role("button", name="Delete machine and disks").click()
    await expect(pages.rows(page)).to_have_count(2)
    assert list(pool.iterdir()) == [disk]
    assert clone not in libvirtd.domains()
    assert libvirtd.virsh("domname", bystander) == "a"


async def test_what_a_real_machine_can_be_told_besides(console: Open, page: Page, libvirtd: Libvirtd) -> None:
    """With a boot menu, saved and gone on with, keys, NMI, reset; and the virsh command that is shown does the same."""
    uuid = libvirtd.define(domain_xml("$(touch x)"))
    frame = await show(page, console(libvirtd=libvirtd), uuid)
    dialog = frame.get_by_role("dialog")
    state = frame.locator(".ph-state")
    await choose(frame, "Start with boot menu")
    await expect(state).to_contain_text("Running")
    assert "<bootmenu enable='yes'" in libvirtd.virsh("dumpxml", uuid)
    assert "<bootmenu" not in libvirtd.virsh("dumpxml", uuid, "--inactive"), "it was for this once"
    await choose(frame, "Send keys…")
    await dialog.get_by_label("Keys").select_option("Alt+F4")
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await expect(dialog).to_have_count(0)
    for action in ("Send NMI", "Reset"):
        await choose(frame, action)
        await dialog.get_by_role("button", name=action, exact=True).click()
        await expect(frame.get_by_text(re.compile("was sent an NMI|was reset"))).to_have_count(1)
        await expect(state).to_contain_text("Running")
    await choose(frame, "Save and stop")
    await expect(state).to_contain_text("Shut off")
    await expect(frame.get_by_text("Its memory was saved to disk")).to_be_visible()
    await frame.get_by_role("button", name="Start $(touch x)", exact=True).click()
    await expect(state).to_contain_text("Running")
    assert "restored" in libvirtd.virsh("domstate", uuid, "--reason"), "it went on"
    await choose(frame, "Save and stop")
    await choose(frame, "Discard saved state")
    await dialog.get_by_role("button", name="Discard saved state", exact=True).click()
    await expect(frame.get_by_text("Its memory was saved to disk")).to_have_count(0)
    await expect(state).to_contain_text("Shut off")

    await frame.get_by_role("tab", name="Log").click()
    done = frame.get_by_role("grid", name="Log").get_by_role("row")
    for action in ("Start with boot menu", "Keys sent", "Send NMI", "Reset", "Discard saved state"):
        await expect(done.filter(has_text=action)).to_contain_text("Done")
    await choose(frame, "Show virsh commands")
    command = await frame.get_by_role("dialog").get_by_role("textbox", name="Start", exact=True).input_value()
    assert command == f"virsh --connect=qemu:///system start {uuid}"
    await run(*libvirtd.enter(["sh", "-c", command]))
    await frame.get_by_role("button", name="Close", exact=True).last.click()
    await expect(frame.get_by_text("Running", exact=True)).to_be_visible()
