"""The networks page on a real libvirtd: what is done in the browser is seen by virsh."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.async_api import FrameLocator, Page, expect
from testbed import pages
from testbed.browser import horizontal_overflow, violations_in_light_and_dark
from testbed.console import Console
from testbed.dhcp_client import take_lease
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
Open = Callable[..., Console]
DEMO_NETWORK = "7c2d9b30-84f1-4a0e-8d55-1f0b6c9a2002"


async def show(page: Page, started: Console, place: str = "") -> FrameLocator:
    """Opens the page, or a place on it."""
    await page.goto(started.new_link().replace("/#", "/vm-networks#"))
    frame = pages.frame(page, "vm-networks")
    await expect(frame.get_by_role("heading", name="Virtual networks", exact=True)).to_be_visible()
    if place:
        await page.goto(f"{started.url}vm-networks#/{place}")
    return frame


def network(libvirtd: Libvirtd, name: str, *, inactive: bool = False) -> ET.Element:
    """What virsh says of it."""
    return ET.fromstring(libvirtd.virsh("net-dumpxml", f"--network={name}", *(["--inactive"] if inactive else [])))


async def choose(frame: FrameLocator, action: str) -> None:
    await frame.get_by_role("button", name="Actions", exact=True).click()
    await frame.get_by_role("menuitem", name=action).click()


async def submit(frame: FrameLocator, label: str, **texts: str) -> None:
    """Fills in the fields of the open dialog, by their labels, and has it done."""
    dialog = frame.get_by_role("dialog")
    for name, text in texts.items():
        await dialog.get_by_label(name.replace("_", " "), exact=True).fill(text)
    await dialog.get_by_role("button", name=label, exact=True).click()
    await expect(dialog).to_have_count(0)


async def test_a_network_from_its_making_to_its_end(
    console: Open, page: Page, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    frame = await show(page, console(libvirtd=libvirtd))
    await frame.get_by_role("button", name="Create network").click()
    dialog = frame.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("-rf")
    await dialog.get_by_label("Kind").select_option("isolated")
    address = dialog.get_by_role("group", name="IPv4")
    await address.get_by_label("Address of the host").fill("10.77.0.1/24")
    await address.get_by_label("DHCP from").fill("10.77.0.50")
    await address.get_by_label("to", exact=True).fill("10.78.0.90")
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(dialog).to_contain_text("10.78.0.90 is not in 10.77.0.0/24")
    await address.get_by_label("to", exact=True).fill("10.77.0.90")
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(dialog).to_have_count(0)
    row = frame.get_by_role("row").filter(has_text="-rf")
    await expect(row).to_contain_text("Active")
    await expect(row).to_contain_text("10.77.0.1/24")
    assert "yes" in re.findall(r"Autostart:\s+(\w+)", libvirtd.virsh("net-info", "--network=-rf"))

    await row.get_by_role("link", name="-rf").click()
    await frame.get_by_role("button", name="Add static host").click()
    await submit(frame, "Add", Address="10.77.0.9", MAC_address="52:54:00:77:00:01", Name="db")
    await expect(frame.locator('[data-entry="10.77.0.9"]')).to_contain_text("52:54:00:77:00:01")
    for inactive in (False, True):
        host = network(libvirtd, "-rf", inactive=inactive).find("ip/dhcp/host")
        assert host is not None
        assert host.attrib == {"mac": "52:54:00:77:00:01", "name": "db", "ip": "10.77.0.9"}
    await frame.get_by_role("button", name="Edit 10.77.0.50-10.77.0.90").click()
    await submit(frame, "Save", First_address="10.77.0.100", Last_address="10.77.0.120")
    await expect(frame.locator('[data-entry="10.77.0.100-10.77.0.120"]')).to_be_visible()
    (known,) = network(libvirtd, "-rf").iterfind("ip/dhcp/range")
    assert known.attrib == {"start": "10.77.0.100", "end": "10.77.0.120"}
    await expect(frame.get_by_role("region", name="DHCP leases")).to_contain_text("No address is lent at the moment.")

    await choose(frame, "Edit settings…")
    await frame.get_by_role("button", name="DNS, bridge and MTU").click()
    await submit(frame, "Save", Domain_of_the_machines="lab.example")
    await expect(
        frame.get_by_role("heading", name="Changes pending until the network is started again")
    ).to_be_visible()
    assert network(libvirtd, "-rf").find("domain") is None
    await frame.get_by_role("button", name="Stop", exact=True).click()
    await submit(frame, "Stop network")
    await frame.get_by_role("button", name="Start", exact=True).click()
    await expect(frame.get_by_role("region", name="Settings")).to_contain_text("lab.example")
    await expect(frame.get_by_role("heading", name="Changes pending")).to_have_count(0)

    await choose(frame, "Delete…")
    await submit(frame, "Delete network")
    await expect(frame.get_by_role("heading", name="No virtual networks yet")).to_be_visible()
    assert libvirtd.virsh("net-list", "--all", "--uuid") == ""

    # What the host has no card for is refused in libvirt's words.
    file = tmp_path / "network.xml"
    file.write_text("<network><name>cards</name><forward mode='hostdev'><pf dev='lo'/></forward></network>")
    libvirtd.virsh("net-define", str(file))
    await frame.get_by_role("row").filter(has_text="cards").get_by_role("button", name="Start").click()
    await expect(frame.get_by_text("cards could not be started")).to_be_visible()
    await expect(frame.get_by_text("No usable Vf's present on SRIOV PF lo")).to_be_visible()


def with_interface(xml: str, network_name: str, mac: str) -> str:
    """`xml` of a domain, on a network."""
    root = ET.fromstring(xml)
    devices = root.find("devices")
    assert devices is not None
    interface = ET.SubElement(devices, "interface", type="network")
    ET.SubElement(interface, "mac", address=mac)
    ET.SubElement(interface, "source", network=network_name)
    return ET.tostring(root, encoding="unicode")


@pytest.fixture
def joined(libvirtd: Libvirtd, tmp_path: Path) -> str:
    """The UUID of a running network `a b` with leases, on which are a machine that runs and one that is off."""
    root = ET.Element("network")
    ET.SubElement(root, "name").text = "a b"
    ET.SubElement(root, "bridge", name="virbr78", stp="off")
    dhcp = ET.SubElement(ET.SubElement(root, "ip", address="10.78.0.1", prefix="24"), "dhcp")
    ET.SubElement(dhcp, "range", start="10.78.0.10", end="10.78.0.20")
    file = tmp_path / "network.xml"
    file.write_text(ET.tostring(root, encoding="unicode"))
    libvirtd.virsh("net-define", str(file))
    libvirtd.virsh("net-start", "--network=a b")
    for name, mac in (("runs", "52:54:00:78:00:01"), ("rests", "52:54:00:78:00:02")):
        libvirtd.define(with_interface(domain_xml(name), "a b", mac))
    libvirtd.virsh("start", "runs")
    take_lease(libvirtd, "a b", "virbr78", "52:54:00:78:00:01", "guest")
    return libvirtd.virsh("net-uuid", "--network=a b")


async def test_who_is_on_it_is_told_before_it_goes(console: Open, page: Page, libvirtd: Libvirtd, joined: str) -> None:
    frame = await show(page, console(libvirtd=libvirtd), f"network?id={joined}")
    machines = frame.get_by_role("region", name="Machines on it")
    await expect(machines.get_by_role("row").filter(has_text="runs")).to_contain_text("52:54:00:78:00:01")
    lease = frame.get_by_role("region", name="DHCP leases").get_by_role("row").filter(has_text="52:54:00:78:00:01")
    await expect(lease).to_contain_text("10.78.0.")
    await expect(lease).to_contain_text("guest")
    await expect(lease.get_by_role("link", name="runs")).to_be_visible()
    await choose(frame, "Delete…")
    dialog = frame.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 running machine loses its connection at once")
    await expect(dialog).to_contain_text("1 machine that is off does not start any more")
    await dialog.get_by_role("button", name="Equivalent virsh command").click()
    await expect(dialog.locator("textarea, input, pre").first).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await machines.get_by_role("link", name="runs").click()
    await expect(pages.frame(page, "machines").get_by_role("heading", level=1, name="runs")).to_be_visible()


async def test_the_topology_is_seen_read_and_used_by_everyone(console: Open, page: Page) -> None:
    started = console(demo=True)
    frame = await show(page, started, "?view=picture")
    picture = frame.get_by_role("region", name="Topology")
    backend = picture.get_by_role("link", name=re.compile("^backend Isolated"))
    await expect(backend).to_be_visible()
    await expect(picture.get_by_role("link", name=re.compile("^db-primary on *, joined to backend$"))).to_be_visible()
    await frame.get_by_role("button", name="The same as text").click()
    await expect(
        frame.get_by_role("listitem").filter(has_text="backend").get_by_role("link", name="db-replica")
    ).to_be_visible()
    axe = AXE.read_text()
    found = await violations_in_light_and_dark(page, frame, axe)
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await horizontal_overflow(page) == {}
    await backend.focus()
    await page.keyboard.press("Enter")
    await expect(frame.get_by_role("heading", level=1, name="backend")).to_be_visible()
    await expect(frame.get_by_role("region", name="XML")).to_be_visible()
    assert await horizontal_overflow(page) == {}
    found += await violations_in_light_and_dark(page, frame, axe)
    await choose(frame, "Edit settings…")
    await expect(frame.get_by_role("dialog")).to_be_visible()
    assert await horizontal_overflow(page) == {}
    found += await violations_in_light_and_dark(page, frame, axe)
    assert found == []
