"""The Storage page: the demo's pools, and real ones: what is made, filled, copied and deleted there."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Dialog, FrameLocator, Locator, Page, expect
from testbed import pages
from testbed.browser import horizontal_overflow, violations_in_light_and_dark
from testbed.console import Console
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

from plugins.machines.storage.pool_xml import TYPES

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
Open = Callable[..., Console]
MIB = 1 << 20


async def show(page: Page, started: Console) -> FrameLocator:
    """Logs in and opens the page."""
    await page.goto(started.link.replace("/#", "/vm-storage#"))
    frame = pages.frame(page, "vm-storage")
    await expect(frame.get_by_role("heading", level=1, name="Storage pools")).to_be_visible()
    return frame


async def choose(frame: FrameLocator, name: str, action: str) -> None:
    """Picks an entry of the menu of a pool or a volume."""
    await frame.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    await frame.get_by_role("menuitem", name=action).click()


def volume(frame: FrameLocator, name: str) -> Locator:
    """The row of a volume."""
    return frame.locator(f'tr[data-key$="/{name}"]')


async def confirm(frame: FrameLocator, label: str) -> None:
    """Does what a dialog asks for, and waits until it has gone."""
    dialog = frame.get_by_role("dialog")
    await dialog.get_by_role("button", name=label, exact=True).click()
    await expect(dialog).to_have_count(0)


async def create_pool(frame: FrameLocator, name: str, target: Path) -> None:
    await frame.get_by_role("button", name="Create storage pool").click()
    dialog = frame.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Path on this host").fill(str(target))
    await confirm(frame, "Create")


async def create_volume(frame: FrameLocator, pool: str, name: str, mib: int, kind: str) -> None:
    await choose(frame, pool, "Create volume")
    dialog = frame.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Capacity").fill(str(mib))
    await dialog.get_by_label("Unit").select_option("MiB")
    await dialog.get_by_label("Format").select_option(kind)
    await confirm(frame, "Create")


async def test_the_demo_shows_pools_with_their_warnings_and_users(console: Open, page: Page) -> None:
    frame = await show(page, console(demo=True))
    await expect(frame.get_by_text("This pool is nearly full: 4 GiB are left.")).to_be_visible()
    await expect(frame.get_by_text("Its volumes may grow to 258 GiB")).to_be_visible()
    await expect(frame.get_by_role("meter", name="Space in use in default")).to_have_attribute("aria-valuenow", "96")
    await frame.get_by_label("Filter volumes by name").fill("WAL")
    await expect(frame.locator("tr[data-key]")).to_have_count(1)
    await frame.get_by_role("button", name="Actions for db-primary-wal.raw").click()
    await expect(frame.get_by_role("menuitem", name="Delete")).to_contain_text("It is a disk of db-primary.")
    await expect(frame.get_by_role("menuitem", name="Download")).to_contain_text("hold nothing")
    await page.keyboard.press("Escape")
    await volume(frame, "db-primary-wal.raw").get_by_role("button", name="db-primary", exact=True).click()
    await expect(pages.frame(page, "machines").get_by_role("heading", level=1, name="db-primary")).to_be_visible()


async def test_a_pool_and_its_volumes_live_from_the_first_to_the_last(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    target = tmp_path / "images -rf ü"
    content = os.urandom(5 * MIB + 123)
    sent, received = tmp_path / "sent.img", tmp_path / "received.img"
    sent.write_bytes(content)
    frame = await show(page, console(libvirtd=libvirtd))
    await expect(frame.get_by_text("No storage pools yet")).to_be_visible()

    dialog = frame.get_by_role("dialog")
    await frame.get_by_role("button", name="Create storage pool").click()
    supported = set(re.findall(r"<pool type='(\S+)' supported='yes'>", libvirtd.virsh("pool-capabilities")))
    await expect(dialog).to_contain_text("Not offered, as libvirt on that host is without them")
    types = await dialog.get_by_label("Type").locator("option").evaluate_all("found => found.map(each => each.value)")
    assert set(types) == supported & set(TYPES)
    await dialog.get_by_label("Name").fill("'b")
    await dialog.get_by_label("Type").select_option("fs")
    await dialog.get_by_label("Device").fill("/dev/none")
    await dialog.get_by_label("Path on this host").fill("/none")
    await dialog.get_by_label("Make the file system").check()
    await expect(dialog).to_contain_text("All that is on the device is lost.")
    await dialog.get_by_role("button", name="Equivalent virsh command").click()
    await expect(dialog).to_contain_text(r"pool-define-as '--name='\''b' --type=fs")
    await expect(dialog).to_contain_text(r"pool-build '--pool='\''b' --overwrite")
    await dialog.get_by_role("button", name="Cancel").click()

    await create_pool(frame, "a b ü", target)
    await expect(frame.locator("[data-pool]")).to_contain_text("Running")
    assert target.is_dir()
    assert libvirtd.virsh("pool-list", "--name", "--autostart") == "a b ü"

    await create_volume(frame, "a b ü", "disk.qcow2", 8, "qcow2")
    await expect(volume(frame, "disk.qcow2")).to_contain_text("8 MiB")

    await choose(frame, "a b ü", "Upload a file")
    await dialog.get_by_label("File on your computer").set_input_files(sent)
    await expect(dialog.get_by_label("Name of the volume")).to_have_value("sent.img")
    await confirm(frame, "Upload")
    assert (target / "sent.img").read_bytes() == content
    await expect(volume(frame, "sent.img")).to_contain_text("raw")

    async with page.expect_download() as downloading:
        await choose(frame, "sent.img", "Download")
    download = await downloading.value
    assert download.suggested_filename == "sent.img"
    await download.save_as(received)
    assert received.read_bytes() == content

    await choose(frame, "disk.qcow2", "Resize")
    await dialog.get_by_label("Capacity").fill("16")
    await confirm(frame, "Resize")
    await expect(volume(frame, "disk.qcow2")).to_contain_text("16 MiB")

    await choose(frame, "sent.img", "Clone")
    await dialog.get_by_label("Name of the clone").fill("copy.img")
    await confirm(frame, "Clone")
    await expect(volume(frame, "copy.img")).to_be_visible()
    assert (target / "copy.img").read_bytes()[: len(content)] == content

    await choose(frame, "copy.img", "Wipe")
    await expect(dialog).to_contain_text("overwritten with zeroes and lost")
    await confirm(frame, "Wipe")
    assert set((target / "copy.img").read_bytes()) == {0}

    await choose(frame, "copy.img", "Delete")
    await confirm(frame, "Delete")
    await expect(volume(frame, "copy.img")).to_have_count(0)
    assert not (target / "copy.img").exists()

    await choose(frame, "a b ü", "Stop")
    await confirm(frame, "Stop")
    await expect(frame.locator("[data-pool]")).to_contain_text("Stopped")
    await frame.get_by_role("button", name="Start a b ü").click()
    await expect(frame.locator("[data-pool]")).to_contain_text("Running")

    await choose(frame, "a b ü", "Delete")
    await dialog.get_by_label("Delete its 2 volumes with all that is on them").check()
    await confirm(frame, "Delete pool and volumes")
    await expect(frame.get_by_text("No storage pools yet")).to_be_visible()
    assert not target.exists()


async def test_a_volume_in_use_says_by_whom_and_is_not_deleted(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    frame = await show(page, console(libvirtd=libvirtd))
    await create_pool(frame, "pool", tmp_path / "pool")
    await create_volume(frame, "pool", "used.raw", 1, "raw")
    await choose(frame, "used.raw", "Delete")
    dialog = frame.get_by_role("dialog")
    await expect(dialog).to_contain_text("This cannot be undone")
    # It comes to be in use while the question is open.
    uuid = libvirtd.define(domain_xml("the user", disk=str(tmp_path / "pool/used.raw")))
    await dialog.get_by_role("button", name="Delete", exact=True).click()
    await expect(dialog).to_contain_text("is a disk of the user")
    await dialog.get_by_role("button", name="Cancel").click()
    assert (tmp_path / "pool/used.raw").exists()
    await expect(volume(frame, "used.raw")).to_contain_text("the user")
    await frame.get_by_role("button", name="Actions for used.raw").click()
    await expect(frame.get_by_role("menuitem", name="Delete")).to_contain_text("It is a disk of the user.")
    await page.keyboard.press("Escape")
    await volume(frame, "used.raw").get_by_role("button", name="the user").click()
    await expect(pages.frame(page, "machines").get_by_role("heading", level=1, name="the user")).to_be_visible()
    assert uuid in page.url


async def leave(page: Page) -> Dialog:
    """Begins to load the whole console anew; what the browser asks then."""
    async with page.expect_event("dialog") as asked:
        await page.evaluate("() => void setTimeout(() => location.reload())")
    dialog = await asked.value
    assert dialog.type == "beforeunload"
    return dialog


async def test_an_upload_asks_before_it_is_left_and_leaves_nothing_when_it_ends_early(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    sent, target = tmp_path / "large.img", tmp_path / "pool"
    with sent.open("wb") as file:
        file.truncate(4 << 30)
    frame = await show(page, console(libvirtd=libvirtd))
    await create_pool(frame, "pool", target)
    dialog = frame.get_by_role("dialog")

    async def upload() -> None:
        await choose(frame, "pool", "Upload a file")
        await dialog.get_by_label("File on your computer").set_input_files(sent)
        await dialog.get_by_role("button", name="Upload", exact=True).click()
        await expect(dialog.get_by_role("progressbar", name="Upload of large.img")).to_be_visible()
        await expect(dialog).to_contain_text("MiB of 4 GiB")

    await upload()
    await (await leave(page)).dismiss()
    await pages.navigate(page, "Networks")
    await expect(pages.frame(page, "vm-networks").get_by_role("heading", level=1)).to_be_visible()
    await pages.navigate(page, "Storage")
    await dialog.get_by_role("button", name="Cancel the upload").click()
    await expect(dialog).to_contain_text("The upload was cancelled")
    await expect(dialog).to_contain_text("The volume that was begun is removed.")
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(volume(frame, "large.img")).to_have_count(0)
    assert not (target / "large.img").exists()

    await upload()
    assert (target / "large.img").exists()
    await (await leave(page)).accept()
    await expect(frame.get_by_text("No volumes in this pool")).to_be_visible()
    assert list(target.iterdir()) == []


async def test_a_saved_connection_is_chosen_and_stays_in_the_address(console: Open, page: Page, tmp_path: Path) -> None:
    started = console(demo=True)
    saved = Path(started.environ["XDG_CONFIG_HOME"]) / "pilothouse/machines.json"
    saved.parent.mkdir(parents=True)
    saved.write_text('{"connections": ["test:///default"]}')
    frame = await show(page, started)
    for package, shown in (("vm-storage", "/default-pool"), ("vm-networks", "192.168.122.1/24")):
        await page.goto(f"{started.url}{package}")
        frame = pages.frame(page, package)
        await expect(frame.get_by_text("Demo", exact=True)).to_be_visible()
        await frame.get_by_label("Connection", exact=True).select_option("test:///default")
        await expect(frame.get_by_text(shown)).to_be_visible()
        await page.reload()
        await expect(frame.get_by_text(shown)).to_be_visible()
        await expect(frame.get_by_text("Demo", exact=True)).to_have_count(0)
        assert page.url.endswith("?connection=test:///default")
        await frame.get_by_label("Connection", exact=True).select_option("")
        await expect(frame.get_by_text("Demo", exact=True)).to_be_visible()
        assert "connection=" not in page.url


async def test_no_libvirt_is_said(console: Open, page: Page, libvirtd: Libvirtd) -> None:
    frame = await show(page, console(libvirtd=libvirtd))
    await expect(frame.get_by_text("No storage pools yet")).to_be_visible()
    libvirtd.stop()
    await expect(frame.get_by_text("No connection to libvirt")).to_be_visible()
    libvirtd.start()
    await expect(frame.get_by_text("No storage pools yet")).to_be_visible()


DIALOGS = {
    "default": ["Create volume", "Delete"],
    "mail.qcow2": ["Clone"],
}


async def test_axe_finds_nothing_in_the_dialogs(console: Open, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    frame = await show(page, console(demo=True))
    await expect(volume(frame, "mail.qcow2")).to_be_visible()
    axe, found = AXE.read_text(), []
    dialog = frame.get_by_role("dialog")
    for name, actions in DIALOGS.items():
        for action in actions:
            await choose(frame, name, action)
            await expect(dialog).to_be_visible()
            found += await violations_in_light_and_dark(page, frame, axe)
            assert await horizontal_overflow(page) == {}, action
            await dialog.get_by_role("button", name="Close").first.click()
            await expect(dialog).to_have_count(0)
    await frame.get_by_role("button", name="Create storage pool").click()
    await expect(dialog).to_contain_text("All types are offered, whether they are there or not.")
    await dialog.get_by_label("Type").select_option("rbd")
    assert await horizontal_overflow(page) == {}
    found += await violations_in_light_and_dark(page, frame, axe)
    assert found == []
