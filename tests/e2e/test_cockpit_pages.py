"""Cockpit's own pages, as Debian ships them, in our shell, on our client library and bridge."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property
from playwright.async_api import FrameLocator, Locator, Page, expect
from testbed import pages
from testbed.browser import Complaints
from testbed.console import Console

PACKAGES = Path("/usr/share/cockpit")
FURTHER = Path(__file__).parents[2] / ".make/cockpit-pages/usr/share/cockpit"
"""Pages alone, without what they manage (tools/fetch-cockpit-pages.sh)."""
NO_BUS = "unix:path=/nonexistent/bus"

pytestmark = pytest.mark.skipif(not (PACKAGES / "systemd").is_dir(), reason="cockpit-system is not installed")

NOT_OURS = (
    # Cockpit's fonts are files of its web server, which is not installed with the pages.
    r"404 \(Not Found\) \(\S+/static/fonts/\S+\.woff2\)",
    # There is no system bus, and nobody on it; the network page asks firewalld for its zones even so.
    r"failed to connect to system bus",
    r"org\.\w+\.\w+ was not provided|ServiceUnknown|NameHasNoOwner",
    # The pages' own oversights.
    r"FormSelect requires either an id or aria-label",
    r"Applying inline style violates .*/system/terminal\.js\)",
    r"minified code outside of NODE_ENV",
    r"Scrollbar test exception",
    r"task queue exceeded allotted deadline",
    # Programs that the pages look for and that need not be there.
    r"Tracer failed",
    r"get os list returned error",
    # The page says that there is no podman, and tells its console so too.
    r"(?s)warning: .*/podman/index\.js\)",
)
"""What pages complain about that neither they nor we can help."""

Open = Callable[..., Console]


@pytest.fixture
def cockpit_pages(console: Open, tmp_path: Path, complaints: Complaints) -> Open:
    """A console with the system's Cockpit packages; Debian's machines page, whose name ours has, is `vms` there."""
    share = tmp_path / "packages"
    if (PACKAGES / "machines").is_dir():
        shutil.copytree(PACKAGES / "machines", share / "cockpit/vms")
    for pattern in NOT_OURS:
        complaints.expect(pattern)

    def start(bus: str = NO_BUS) -> Console:
        environ = {"XDG_DATA_DIRS": f"{share}:{PACKAGES.parent}:{FURTHER.parent}", "DBUS_SYSTEM_BUS_ADDRESS": bus}
        return console(demo=True, environ=environ)

    return start


async def show(page: Page, console: Console, component: str) -> None:
    """Logs in and goes straight to a page."""
    await page.goto(console.link)
    await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    await page.goto(console.url + component)


def frame_of(page: Page, component: str) -> FrameLocator:
    """The frame of one page of a package that has several."""
    return page.frame_locator(f'iframe[name="cockpit1:localhost/{component}"]')


async def press(shown: Locator) -> None:
    """As a click, which would miss in a page that moves until it has loaded the last of its parts."""
    await shown.dispatch_event("click")


CONTENT = {
    "system": (r"System information", r"Machine ID", r"\d+% of \d+ CPUs?", r"View metrics and history"),
    "system/services": (r"Targets", r"Timers", r"Loading of units failed"),
    "system/logs": (r"Last 24 hours", r"Priority", r"Identifier"),
    "users": (r"Create new account", r"Your account", r"Groups"),
    "metrics": (r"Metrics and history", r"\d+ CPUs?", r"available", r"1 min:\s[\d.]+"),
    "system/terminal": (r"Font size", r"Appearance"),
    "vms": (r"virtual",),
}


@pytest.mark.parametrize("component", CONTENT)
async def test_a_page_shows_its_content_or_says_what_is_missing(
    cockpit_pages: Open, page: Page, component: str
) -> None:
    if component == "vms" and not (PACKAGES / "machines").is_dir():
        pytest.skip("cockpit-machines is not installed")
    await show(page, cockpit_pages(), component)
    body = frame_of(page, component).locator("body")
    for text in CONTENT[component]:
        await expect(body).to_contain_text(re.compile(text, re.IGNORECASE))
    await expect(page.get_by_text("has had an internal error")).to_have_count(0)


FURTHER_CONTENT = {
    "network": r"NetworkManager is not (running|installed)|Interfaces",
    "podman": r"Podman service is not active|Containers",
    "storage": r"Storage can not be managed|Drives|Filesystems",
    "apps": r"Applications",
    "sosreport": r"System diagnostics|No system reports",
    # Cockpit's own pages for its own tests.
    "playground": r"Development|Pattern",
    "playground/test": r"Visibility:\s*visible",
}


@pytest.mark.parametrize("component", FURTHER_CONTENT)
async def test_a_further_page_shows_its_content_or_says_what_is_missing(
    cockpit_pages: Open, page: Page, system_bus: str, component: str
) -> None:
    if not FURTHER.is_dir():
        pytest.skip("the pages are not there: sh tools/fetch-cockpit-pages.sh")
    await show(page, cockpit_pages(system_bus), component)
    body = frame_of(page, component).locator("body")
    await expect(body).to_contain_text(re.compile(FURTHER_CONTENT[component]))
    await expect(page.get_by_text("has had an internal error")).to_have_count(0)


async def test_pages_lead_to_each_other(cockpit_pages: Open, page: Page) -> None:
    started = cockpit_pages()
    await show(page, started, "system")
    await press(frame_of(page, "system").get_by_text("View metrics and history"))
    await expect(frame_of(page, "metrics").locator("body")).to_contain_text("available")
    assert page.url.partition("#")[0] == f"{started.url}metrics"


async def test_a_page_runs_programs_and_changes_files(cockpit_pages: Open, page: Page, tmp_path: Path) -> None:
    await show(page, cockpit_pages(), "users")
    await expect(frame_of(page, "users").get_by_text("Your account")).to_be_visible()
    file = tmp_path / "file"
    script = """async (_body, path) => {
        const seen = [];
        const file = cockpit.file(path, { syntax: JSON });
        const watch = file.watch(content => seen.push(content));
        const until = (count) => new Promise(resolve => {
            const timer = setInterval(() => seen.length >= count && resolve(clearInterval(timer)), 20);
        });
        await until(1);
        const tag = await file.replace({ number: 1 });
        await until(2);
        await file.modify(content => ({ number: content.number + 1 }));
        const [lost] = await Promise.allSettled([file.replace({ number: 0 }, tag)]);
        const output = await cockpit.script('cat "$1"', [path]);
        watch.remove();
        const user = await cockpit.user();
        const problem = lost.reason?.problem;
        return { first: seen[0], second: seen[1], lost: problem, output: JSON.parse(output), user: user.home };
    }"""
    done = await frame_of(page, "users").locator("body").evaluate(script, str(file))
    user = done.pop("user")
    assert done == {"first": None, "second": {"number": 1}, "lost": "change-conflict", "output": {"number": 2}}
    assert user == str(Path("~").expanduser())
    assert json.loads(file.read_text()) == {"number": 2}


class Hostname(ServiceInterface):
    """As much of `org.freedesktop.hostname1` as the overview uses; `asked` are the methods that were called."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.hostname1")
        self.pretty = "The first name"
        self.asked: list[tuple[str, str]] = []

    @dbus_property()
    def PrettyHostname(self) -> DBusStr:
        return self.pretty

    @PrettyHostname.setter  # type: ignore[no-redef]
    def PrettyHostname(self, name: DBusStr) -> None:
        self.pretty = name

    @dbus_property()
    def StaticHostname(self) -> DBusStr:
        return "first"

    @StaticHostname.setter  # type: ignore[no-redef]
    def StaticHostname(self, name: DBusStr) -> None:
        raise NotImplementedError

    @dbus_property()
    def Hostname(self) -> DBusStr:
        return "first"

    @Hostname.setter  # type: ignore[no-redef]
    def Hostname(self, name: DBusStr) -> None:
        raise NotImplementedError

    @dbus_method()
    def SetPrettyHostname(self, name: DBusStr, interactive: DBusBool) -> None:
        self.asked.append(("pretty", name))
        self.rename(name)

    @dbus_method()
    def SetStaticHostname(self, name: DBusStr, interactive: DBusBool) -> None:
        self.asked.append(("static", name))

    def rename(self, name: str) -> None:
        """Has another name from now on, and says so."""
        self.pretty = name
        self.emit_properties_changed({"PrettyHostname": name})


@pytest_asyncio.fixture(loop_scope="session")
async def hostname(system_bus: str) -> AsyncIterator[Hostname]:
    """The service on the bus."""
    bus = await MessageBus(bus_address=system_bus).connect()
    service = Hostname()
    bus.export("/org/freedesktop/hostname1", service)
    await bus.request_name("org.freedesktop.hostname1")
    yield service
    bus.disconnect()


async def test_proxies_follow_and_change_a_service(
    cockpit_pages: Open, page: Page, system_bus: str, hostname: Hostname
) -> None:
    await show(page, cockpit_pages(system_bus), "system")
    frame = frame_of(page, "system")
    shown = frame.locator("#system_information_hostname_text")
    await expect(shown).to_contain_text("The first name")
    hostname.rename("Another name")
    await expect(shown).to_contain_text("Another name")
    await press(frame.locator("#system_information_hostname_button"))
    # The dialog fills itself in once it is open.
    await expect(frame.locator("#sich-pretty-hostname")).to_have_value("Another name")
    await frame.locator("#sich-pretty-hostname").fill("A third name")
    await frame.get_by_role("dialog").get_by_role("button", name="Change").click()
    await expect(shown).to_contain_text("A third name")
    assert ("pretty", "A third name") in hostname.asked


async def test_entries_with_one_label_can_be_told_apart(cockpit_pages: Open, page: Page) -> None:
    await show(page, cockpit_pages(), "terminal")
    links = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Terminal")
    await expect(links).to_have_text(["Terminal terminal", "Terminal system"])
    await expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Accounts")).to_have_text(
        "Accounts"
    )


async def test_what_unseen_pages_say_reaches_the_overview_and_the_navigation(cockpit_pages: Open, page: Page) -> None:
    started = cockpit_pages()
    drop_in(started, "quiet", {"preload": ["index"], "menu": {"index": {"label": "Quiet"}}}, SAYS_ITS_STATUS)
    await show(page, started, "system")
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Quiet")
    await expect(link.get_by_role("img", name="Something to look at")).to_be_visible()
    stored = await page.evaluate("JSON.parse(sessionStorage.getItem('cockpit:page_status')).localhost.quiet")
    assert stored == {"type": "warning", "title": "Something to look at"}


async def test_an_exception_in_a_page_is_said(console: Open, page: Page, complaints: Complaints) -> None:
    complaints.expect(r"exception: .*nobody expects this")
    started = console(demo=True)
    drop_in(started, "broken", {"menu": {"index": {"label": "Broken"}}}, BREAKS)
    await page.goto(started.link)
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Broken").click()
    await frame_of(page, "broken").get_by_role("button", name="Break").click()
    alert = page.get_by_text("“Broken” has had an internal error")
    await expect(alert).to_be_visible()
    await page.get_by_role("button", name="Load the page anew").click()
    await expect(alert).to_have_count(0)
    await expect(frame_of(page, "broken").get_by_role("button", name="Break")).to_be_visible()


async def test_the_token_of_a_link_does_not_stay_in_the_address(console: Open, page: Page) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    for link in (started.new_link(), started.new_link().replace("/#", "/terminal#")):
        await page.goto("about:blank")
        await page.goto(link)
        await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        await expect(page).not_to_have_url(re.compile("token"))


SAYS_ITS_STATUS = """
const page_status = { type: "warning", title: "Something to look at" };
cockpit.transport.wait(() => cockpit.transport.control("notify", { page_status }));
"""
BREAKS = """
const button = document.createElement("button");
button.textContent = "Break";
button.onclick = () => { throw new Error("nobody expects this"); };
document.querySelector("main").append(button);
"""


def drop_in(console: Console, name: str, manifest: dict[str, Any], script: str) -> None:
    """A plugin of one script."""
    folder = console.data_home / "pilothouse/plugins" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<script src="../base1/cockpit.js"></script></head>'
        f'<body><main><h1>{name}</h1></main><script src="{name}.js"></script></body></html>\n'
    )
    (folder / f"{name}.js").write_text(script)
