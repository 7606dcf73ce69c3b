"""Our pages on a Cockpit: Debian's web server, shell and base1, and either bridge. It brings all it needs."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from compat.cockpit_ws import TIMEOUT, Console, frame, opened, running
from playwright.async_api import Browser, expect
from testbed.browser import Complaints
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

PLUGINS = Path(__file__).parents[2] / "plugins"

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.e2e]


def as_cockpit_has_it(name: str, folder: Path) -> Path:
    """A page of ours as one folder: Cockpit does not look into `dist`.

    The Python of a back end stays where it is installed: `bridges` in the manifest says what to start.
    """
    place = folder / name
    shutil.copytree(PLUGINS / name / "dist", place)
    manifest = json.loads((PLUGINS / name / "manifest.json").read_text())
    manifest.pop("backend", None)
    (place / "manifest.json").write_text(json.dumps(manifest))
    return place


@pytest.fixture(scope="module")
def console(bridge: Any, libvirtd_session: Libvirtd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    if not (PLUGINS / "overview/dist/index.html").exists():
        pytest.skip("the front end is not built: make build")
    folder = tmp_path_factory.mktemp("pages")
    lib = as_cockpit_has_it("lib", folder).rename(folder / "pilothouse-lib")
    machines = PLUGINS / "machines" if bridge.name == "ours" else as_cockpit_has_it("machines", folder)
    pages = [as_cockpit_has_it("overview", folder), machines, lib]
    installed = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with running(bridge, pages, PATH=installed, PILOTHOUSE_LIBVIRT_URI=libvirtd_session.uri) as started:
        yield started


async def test_the_overview_shows_the_machine(chromium: Browser, complaints: Complaints, console: Console) -> None:
    async with opened(chromium, complaints, console) as page:
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        await page.goto(f"{console.url}/overview")
        overview = frame(page, "overview")
        name = Path("/proc/sys/kernel/hostname").read_text().strip()
        heading = overview.get_by_role("heading", name=name, exact=True, level=1)
        await expect(heading).to_be_visible(timeout=TIMEOUT)
        release = Path("/etc/os-release").read_text()
        (system,) = re.findall('^PRETTY_NAME="?([^"\n]*)', release, re.MULTILINE)
        await expect(overview.locator("main")).to_contain_text(system)
        for value in (r"\d+% of \d+ processor", r"[\d.]+ [KMG]iB of [\d.]+ [KMG]iB", r"Receiving \d"):
            await expect(overview.locator("main")).to_contain_text(
                re.compile(value.replace(" ", r"\s")), timeout=TIMEOUT
            )
        await expect(overview.get_by_role("meter", name="Space in use on /", exact=True)).to_be_visible(timeout=TIMEOUT)
        from_overview = [url for url in loaded if "/overview/" in url or "/pilothouse-lib/" in url]
        assert from_overview
        assert not any("base1" in url for url in from_overview)
        frames = [each for each in page.frames if each.name == "cockpit1:localhost/overview"]
        assert await frames[0].evaluate("typeof window.cockpit") == "object", "the catalogue's words wait there"
        assert await frames[0].evaluate("window.cockpit.spawn === undefined"), "no base1 is in the page"


async def test_the_machines_are_used(
    chromium: Browser, complaints: Complaints, console: Console, libvirtd: Libvirtd
) -> None:
    uuid = libvirtd.define(domain_xml("-rf"))
    async with opened(chromium, complaints, console) as page:
        await page.goto(f"{console.url}/machines")
        machines = frame(page, "machines")
        row = machines.get_by_role("row", name="-rf")
        # The shell opens its own overview first.
        await expect(row).to_contain_text("Shut off", timeout=3 * TIMEOUT)
        await row.get_by_role("button", name="Start -rf").click()
        await expect(row).to_contain_text("Running", timeout=TIMEOUT)
        assert libvirtd.virsh("domstate", uuid) == "running"
        await row.get_by_role("link", name="-rf").click()
        await machines.get_by_role("tab", name="XML").click()
        await expect(machines.locator("main")).to_contain_text(f"<uuid>{uuid}</uuid>", timeout=TIMEOUT)
