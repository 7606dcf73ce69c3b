"""A machine's consoles: a real Linux guest that answers on its serial ports and shows its screen."""

import base64
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.async_api import Frame, FrameLocator, Page, expect
from testbed import linux_guest, pages
from testbed.browser import Complaints, accessibility_violations, horizontal_overflow
from testbed.console import Console
from testbed.libvirtd import Libvirtd
from testbed.linux_guest import BLUE, GREEN, READY, RED, linux_xml
from testbed.many_machines import uuid_of, write_inventory

Open = Callable[..., Console]
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"

BOOTS_WITHIN = 120_000
"""Milliseconds; it takes some five seconds where nothing else runs."""
PASSWORD, OTHER_PASSWORD = "s3 <ü$", "0ther"
PIXEL = """() => {
    const canvas = document.querySelector('.ph-vnc canvas');
    if (!canvas || !canvas.width) return null;
    const {data} = canvas.getContext('2d').getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1);
    return [...data.slice(0, 3)].join();
}"""
PICTURE = """async data => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), each => each.charCodeAt(0))]));
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    return [...canvas.getContext('2d').getImageData(image.width >> 1, image.height >> 1, 1, 1).data];
}"""
"""The colour in the middle of a picture."""
THUMBNAIL = """() => {
    const image = document.querySelector('img[alt^="Screen of"]');
    if (!image?.naturalWidth) return null;
    const canvas = new OffscreenCanvas(1, 1);
    const brush = canvas.getContext('2d');
    brush.drawImage(image, image.naturalWidth >> 1, image.naturalHeight >> 1, 1, 1, 0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)].join();
}"""
SIZES = """() => {
    const screen = document.querySelector('.ph-vnc > div');
    const canvas = screen.querySelector('canvas');
    const {width, height} = canvas.getBoundingClientRect();
    return {
        fits: width <= screen.clientWidth && height <= screen.clientHeight,
        actual: Math.round(width) === canvas.width && Math.round(height) === canvas.height,
        scrolls: screen.scrollWidth > screen.clientWidth,
    };
}"""


@pytest.fixture
def guest(libvirtd: Libvirtd, tmp_path: Path) -> str:
    """The UUID of a Linux guest that is off; its name is no word, and its screen has a password."""
    if reason := linux_guest.missing():
        pytest.skip(reason)
    folder = tmp_path / "guest"
    folder.mkdir()
    return libvirtd.define(linux_xml("$(id) -rf ü", folder, listen=folder / "vnc", password=PASSWORD))


async def open_consoles(page: Page, started: Console, uuid: str) -> FrameLocator:
    await page.goto(started.link)
    frame = pages.frame(page, "machines")
    await expect(frame.get_by_role("heading", name="Virtual machines")).to_be_visible()
    await page.goto(f"{started.url}machines#/machine?id={uuid}&tab=console")
    return frame


def inside(page: Page) -> Frame:
    (frame,) = [frame for frame in page.frames if "/machines/" in frame.url]
    return frame


async def colour(page: Page, wanted: tuple[int, int, int]) -> None:
    """Waits until the middle of the machine's screen has that colour."""
    expected = ",".join(map(str, wanted))
    await inside(page).wait_for_function(f"expected => ({PIXEL})() === expected", arg=expected, timeout=BOOTS_WITHIN)


@pytest.mark.timeout(300)
async def test_a_linux_guest_shows_its_screen_and_answers_on_its_serial_ports(
    console: Open, page: Page, libvirtd: Libvirtd, guest: str, tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expect("willReadFrequently")  # The test looks at the screen's pixels, more often than a person would.
    complaints.expect("did not accept the resize request")  # Which shows that QEMU was asked.
    complaints.expect("Failed when connecting")  # The machine is about to be there, or has another password.
    started = console(libvirtd=libvirtd)
    frame = await open_consoles(page, started, guest)
    await expect(frame.get_by_role("heading", name="The machine is off")).to_be_visible()
    await frame.get_by_role("button", name="Start $(id) -rf ü", exact=True).click()
    # libvirt tells the password; nobody is asked.
    await colour(page, BLUE)

    await frame.get_by_role("button", name="Type text…").click()
    await frame.get_by_role("textbox", name="Text").fill("green\n")
    await frame.get_by_role("button", name="Type it", exact=True).click()
    await colour(page, GREEN)
    await frame.get_by_role("application").click()
    await page.keyboard.type("blue\n")
    await colour(page, BLUE)
    async with page.expect_download() as downloading:
        await frame.get_by_role("button", name="Screenshot").click()
    picture = tmp_path / "screen.png"
    await (await downloading.value).save_as(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert await page.evaluate(PICTURE, base64.b64encode(picture.read_bytes()).decode()) == [*BLUE, 255]

    # A key that the browser keeps for itself reaches the guest.
    await frame.get_by_role("button", name="Send key").click()
    await frame.get_by_role("menuitem", name="Ctrl+Alt+Delete").click()
    await colour(page, RED)

    await full_screen(page, frame)
    await sizes(page, frame)

    async with page.context.expect_page() as opening:
        await frame.get_by_role("button", name="Open in a window").click()
    window = await opening.value
    await colour(window, GREEN)

    await frame.get_by_role("button", name="Serial port 0").click()
    terminal = frame.locator(".xterm-rows")
    await expect(terminal).to_contain_text("Escape character")
    await frame.locator(".xterm").click()
    await page.keyboard.type("hello\n")
    await expect(terminal).to_contain_text("you said: hello")

    # libvirt goes and comes back: virsh would wait for it for ever.
    libvirtd.kill()
    await expect(frame.get_by_text("libvirt went away; trying again…")).to_be_visible()
    await expect(frame.get_by_text("The console was closed; trying again…")).to_be_visible()
    libvirtd.start()
    await expect(frame.locator('[data-phase="connected"]')).to_be_visible()
    await frame.locator(".xterm").click()
    await page.keyboard.type("again\n")
    await expect(terminal).to_contain_text("you said: again")

    # It restarts: its consoles stay, and are connected again by themselves.
    libvirtd.virsh("destroy", guest)
    await expect(frame.get_by_role("heading", name="The machine is off")).to_be_visible()
    libvirtd.virsh("start", guest)
    await expect(terminal).to_contain_text(READY, timeout=BOOTS_WITHIN)
    await colour(window, BLUE)
    await window.close()
    await frame.get_by_role("button", name="Serial port 1").click()
    await expect(frame.locator('[data-phase="connected"]')).to_be_visible()
    await frame.locator(".xterm").click()
    await page.keyboard.type("hello\n")
    await expect(terminal).to_contain_text("second port: hello")

    # QEMU has another password now than libvirt knows of.
    libvirtd.virsh("qemu-monitor-command", guest, "--hmp", f"change vnc password {OTHER_PASSWORD}")
    await frame.get_by_role("button", name="Screen", exact=True).click()
    await password(page, frame)
    await colour(page, BLUE)
    await thumbnail(page, started, libvirtd, guest)

    for secret in (PASSWORD, OTHER_PASSWORD):
        assert secret not in page.url
        assert secret not in started.output
        assert secret not in "".join(complaints.all())
        kept = [each for each in started.data_home.parents[2].rglob("*") if each.is_file()]
        assert [each for each in kept if secret.encode() in each.read_bytes()] == []


async def thumbnail(page: Page, started: Console, libvirtd: Libvirtd, uuid: str) -> None:
    """The list of screens shows what the guest shows, and goes on doing so."""
    await page.goto(f"{started.url}machines#/?view=screens")
    await expect(pages.frame(page, "machines").get_by_role("img", name="Screen of $(id) -rf ü")).to_be_visible()
    shown = f"expected => ({THUMBNAIL})() === expected"
    await inside(page).wait_for_function(shown, arg=",".join(map(str, BLUE)))
    libvirtd.virsh("send-key", uuid, "KEY_LEFTCTRL", "KEY_LEFTALT", "KEY_DELETE")
    await inside(page).wait_for_function(shown, arg=",".join(map(str, RED)))


async def test_a_spice_screen_has_a_file_for_a_viewer(console: Open, page: Page, tmp_path: Path) -> None:
    uri = write_inventory(tmp_path / "one.xml", 1, running=1)
    root = ET.parse(tmp_path / "one.xml")
    domain = root.find("domain")
    assert domain is not None
    screen = {"type": "spice", "port": "5907", "tlsPort": "5908", "autoport": "no", "listen": "0.0.0.0"}
    ET.SubElement(ET.SubElement(domain, "devices"), "graphics", screen)
    root.write(tmp_path / "one.xml")
    frame = await open_consoles(page, console(environ={"PILOTHOUSE_LIBVIRT_URI": uri}), uuid_of(0))
    async with page.expect_download() as downloading:
        await frame.get_by_role("button", name="Viewer file (SPICE)").click()
    download = await downloading.value
    assert download.suggested_filename == "console.vv"
    await download.save_as(tmp_path / "console.vv")
    assert (tmp_path / "console.vv").read_text().splitlines() == [
        "[virt-viewer]",
        "type=spice",
        "host=127.0.0.1",  # Where this browser found the console.
        "port=5907",
        "tls-port=5908",
        "title=machine-0000",
        "delete-this-file=1",
    ]


async def full_screen(page: Page, frame: FrameLocator) -> None:
    """Into full screen and out of it, by the button and by the browser; dialogs are seen there as well."""
    covers = (
        "() => document.fullscreenElement !== null && document.querySelector('.ph-console').clientWidth === innerWidth"
    )
    await frame.get_by_role("button", name="Full screen").click()
    await inside(page).wait_for_function(covers)
    await frame.get_by_role("button", name="Type text…").click()
    await frame.get_by_role("dialog").get_by_role("textbox", name="Text").fill("green\n")
    await frame.get_by_role("dialog").get_by_role("button", name="Type it", exact=True).click()
    await colour(page, GREEN)
    await frame.get_by_role("button", name="Leave full screen").click()
    await inside(page).wait_for_function("() => document.fullscreenElement === null")
    await frame.get_by_role("button", name="Full screen").click()
    await inside(page).wait_for_function(covers)
    # Escape is the browser's own, and one without a window has none: it ends as that would end it.
    await inside(page).evaluate("document.exitFullscreen()")
    await expect(frame.get_by_role("button", name="Full screen", exact=True)).to_be_visible()


async def sizes(page: Page, frame: FrameLocator) -> None:
    """The screen fits, or has its own size and scrolls, or the guest is asked to fit."""
    await page.set_viewport_size({"width": 390, "height": 844})
    choice = frame.get_by_label("Size of the screen")
    await inside(page).wait_for_function(f"() => ({SIZES})().fits")
    assert await horizontal_overflow(page) == {}
    await choice.select_option("Actual size")
    await inside(page).wait_for_function(f"() => {{ const it = ({SIZES})(); return it.actual && it.scrolls; }}")
    assert await horizontal_overflow(page) == {}
    # QEMU is asked for another size, which this emulated card does not have; so it is made to fit.
    async with page.expect_console_message(lambda said: "did not accept the resize request" in said.text):
        await choice.select_option("Resize the guest's screen")
    await inside(page).wait_for_function(f"() => ({SIZES})().fits")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await choice.select_option("Fit to the window")


async def password(page: Page, frame: FrameLocator) -> None:
    """The one that libvirt knows was refused, as is a guess; then it goes on."""
    field = frame.get_by_label("Password of the screen")
    await expect(field).to_have_attribute("type", "password")
    await expect(frame.get_by_text("The password was not accepted")).to_be_visible()
    assert await accessibility_violations(page, AXE.read_text()) == []
    first = await field.element_handle()
    await field.fill("guess")
    await page.keyboard.press("Enter")
    await first.wait_for_element_state("hidden")
    await expect(frame.get_by_text("The password was not accepted")).to_be_visible()
    await field.fill(OTHER_PASSWORD)
    await page.keyboard.press("Enter")
