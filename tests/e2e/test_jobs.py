"""Jobs on the pages: told while they run, after a reload, and on every page of the machine that they are about."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect
from testbed import pages
from testbed.browser import accessibility_violations, horizontal_overflow
from testbed.console import Console
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

Open = Callable[..., Console]
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


def original(libvirtd: Libvirtd, folder: Path) -> str:
    """A machine that is off, with a qcow2 disk in a pool; its UUID."""
    folder.mkdir()
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", folder / "disk.qcow2", "8M"], check=True, timeout=30)
    fill = ["qemu-io", "-f", "qcow2", "-c", "write -P 7 0 3M", folder / "disk.qcow2"]
    subprocess.run(fill, check=True, stdout=subprocess.DEVNULL, timeout=30)
    libvirtd.virsh("pool-create-as", "pool", "dir", f"--target={folder}")
    return libvirtd.define(domain_xml("-rf $(id) ü", disk=f"{folder}/disk.qcow2", disk_format="qcow2"))


async def test_a_clone_goes_on_through_a_reload_and_can_be_cancelled(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    uuid = original(libvirtd, tmp_path / "pool")
    started = console(libvirtd=libvirtd)
    await pages.open_machines(page, started.link)
    frame = pages.frame(page, "machines")
    job = frame.get_by_role("list", name="Jobs").get_by_role("listitem")
    with libvirtd.copies_held() as let_go:
        await frame.get_by_role("link", name="-rf $(id) ü").click()
        await frame.get_by_role("button", name="Actions", exact=True).click()
        await frame.get_by_role("menuitem", name="Clone…").click()
        await frame.get_by_role("dialog").get_by_role("button", name="Clone").click()
        await expect(frame.get_by_role("dialog")).to_have_count(0)
        await expect(job).to_contain_text("Cloning -rf $(id) ü")

        await page.reload()
        bar = job.get_by_role("progressbar", name="Cloning -rf $(id) ü")
        await expect(bar).not_to_have_attribute("aria-valuenow", "0")
        await frame.get_by_role("link", name="Virtual machines").click()
        await expect(job).to_contain_text("-rf $(id) ü-clone-vda.qcow2")
        assert await accessibility_violations(page, AXE.read_text()) == []
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await horizontal_overflow(page) == {}
        await page.set_viewport_size({"width": 1280, "height": 800})

        for package in ("vm-storage", "vm-networks"):
            await page.goto(f"{started.url}{package}")
            told = pages.frame(page, package).get_by_role("list", name="Jobs")
            await expect(told).to_contain_text("Cloning -rf $(id) ü")
        await page.goto(f"{started.url}machines")
        await job.get_by_role("button", name="Cancel: Cloning -rf $(id) ü").click()
        await expect(job).to_contain_text("Cancelling")
        let_go()
        await expect(job).to_contain_text("Cancelled. What it had made was removed.")
    await job.get_by_role("button", name="Dismiss: Cloning -rf $(id) ü").click()
    await expect(job).to_have_count(0)
    assert libvirtd.domains() == [uuid]


async def test_a_job_that_was_done_meanwhile_leads_to_what_it_made(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    uuid = original(libvirtd, tmp_path / "pool")
    started = console(libvirtd=libvirtd)
    await pages.open_machines(page, started.link)
    frame = pages.frame(page, "machines")
    with libvirtd.copies_held() as let_go:
        await frame.get_by_role("link", name="-rf $(id) ü").click()
        await frame.get_by_role("button", name="Actions", exact=True).click()
        await frame.get_by_role("menuitem", name="Clone…").click()
        await frame.get_by_role("dialog").get_by_role("button", name="Clone").dblclick()  # which is one job
        job = frame.get_by_role("list", name="Jobs").get_by_role("listitem")
        await expect(job).to_contain_text("Cloning")
        await page.goto("about:blank")
        let_go()
    await pages.open_machines(page, started.new_link())
    await job.get_by_role("link", name="Show it").click()
    await expect(frame.get_by_role("heading", level=1, name="-rf $(id) ü-clone")).to_be_visible()
    assert len(set(libvirtd.domains()) - {uuid}) == 1
