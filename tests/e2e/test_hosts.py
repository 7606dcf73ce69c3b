"""The machines that a page knows of, and what it says of one more, as Cockpit's pages do it: through `/machines`."""

from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect
from testbed import pages
from testbed.console import Console

SCRIPT = """
const bus = cockpit.dbus(null, { bus: "internal" });
const known = bus.proxy("cockpit.Machines", "/machines");
const show = () => { document.querySelector("output").textContent = Object.keys(known.Machines || {}).join(" "); };
known.addEventListener("changed", show);
known.wait(show);
document.querySelector("button").onclick = () =>
  bus.call("/machines", "cockpit.Machines", "Update",
    ["50-green.json", "green", { address: cockpit.variant("s", "192.0.2.7"), visible: cockpit.variant("b", true) }])
    .catch(problem => { document.querySelector("output").textContent = problem.message; });
"""


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Hosts</title><script src="../base1/cockpit.js"></script></head>
<body><output></output><button>Add</button><script src="hosts.js"></script></body></html>
"""


async def test_a_page_sees_the_hosts_and_adds_one(console: Callable[..., Console], page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "etc/cockpit/machines.d"
    folder.mkdir(parents=True)
    (folder / "10-blue.json").write_text('{"blue": {"address": "192.0.2.5", "visible": true}}')
    started = console(demo=True, environ={"XDG_CONFIG_DIRS": str(tmp_path / "etc")})
    plugin = started.data_home / "pilothouse/plugins/hosts-page"
    plugin.mkdir(parents=True)
    (plugin / "manifest.json").write_text('{"menu": {"index": {"label": "Hosts"}}}')
    (plugin / "index.html").write_text(PAGE)
    (plugin / "hosts.js").write_text(SCRIPT)
    await page.goto(f"{started.link.replace('/#', '/hosts-page#')}")
    frame = pages.frame(page, "hosts-page")
    await expect(frame.locator("output")).to_have_text("blue")
    await frame.get_by_role("button", name="Add").click()
    await expect(frame.locator("output")).to_have_text("blue green")
    assert '"192.0.2.7"' in next((tmp_path / "etc").glob("*/machines.d/50-green.json")).read_text()
