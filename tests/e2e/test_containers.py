"""Linux containers on the machines pages: a connection of their own, and a real one's console."""

from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect
from testbed import pages
from testbed.console import Console
from testbed.domain_xml import container_root, container_xml
from testbed.libvirtd import Libvirtd

Open = Callable[..., Console]
NAME = "-rf $(id) ü"


async def test_a_container_is_found_started_and_typed_into(
    console: Open, page: Page, containers: Libvirtd, tmp_path: Path
) -> None:
    assert containers.partition is not None
    root = container_root(tmp_path / "root")
    uuid = containers.define(container_xml(NAME, root, containers.partition.name))
    await pages.open_machines(page, console(libvirtd=containers).link)
    frame = pages.frame(page, "machines")
    dialog = frame.get_by_role("dialog")
    await frame.get_by_role("button", name="Connections…").click()
    await dialog.get_by_label("URI of another").fill("lxc:///")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="Remove lxc:///")).to_be_visible()
    await page.keyboard.press("Escape")
    await frame.get_by_role("link", name=NAME).click()
    await expect(frame.get_by_role("heading", level=1, name=NAME)).to_be_visible()

    await frame.get_by_role("button", name=f"Start {NAME}", exact=True).click()
    await frame.get_by_role("tab", name="Console").click()
    terminal = frame.locator(".xterm-rows")
    await expect(terminal).to_contain_text("Escape character")
    await frame.locator(".xterm").click()
    await page.keyboard.type("echo the answer is $((6*7))\n")
    await expect(terminal).to_contain_text("the answer is 42")

    await frame.get_by_role("tab", name="Snapshots").click()
    create = frame.get_by_role("button", name="Create snapshot")
    await expect(create).to_have_attribute("aria-disabled", "true")
    await create.hover()
    await expect(frame.get_by_text("libvirt makes no snapshots of containers")).to_be_visible()
    assert containers.virsh("domstate", uuid) == "running"
