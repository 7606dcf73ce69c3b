"""A machine's graphs: what was measured, where nothing was, and how one looks closer."""

import re
import time
from array import array
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Frame, FrameLocator, Page, expect
from testbed import pages
from testbed.browser import Complaints, accessibility_violations, horizontal_overflow
from testbed.console import Console
from testbed.many_machines import uuid_of, write_inventory

from plugins.machines.history.history import COLUMNS, MINUTE, STEP, Minute
from plugins.machines.history.history_store import path_of, save

Open = Callable[..., Console]
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
GRAPHS = ("CPU", "Memory", "Disks", "Network")
GAP = range(21, 31)
"""Minutes ago in which nothing was measured."""

INKED = """([title, minutesAgo, minutes]) => {
    const graph = document.querySelector(`.ph-graph[aria-label^="Graph of ${title}"]`);
    const canvas = graph.querySelector('canvas');
    const [area, whole] = [graph.querySelector('.u-over'), canvas].map(each => each.getBoundingClientRect());
    const scale = canvas.width / whole.width;
    const x = Math.round((area.left - whole.left + area.width * (1 - minutesAgo / minutes)) * scale);
    const top = Math.round((area.top - whole.top) * scale), height = Math.round(area.height * scale);
    const {data} = canvas.getContext('2d').getImageData(x, top, 1, height);
    const line = getComputedStyle(graph).getPropertyValue('--ph-graph-first').trim();
    const brush = new OffscreenCanvas(1, 1).getContext('2d');
    brush.fillStyle = line;
    brush.fillRect(0, 0, 1, 1);
    const wanted = brush.getImageData(0, 0, 1, 1).data;
    for (let at = 0; at < data.length; at += 4)
        if ([0, 1, 2].every(part => Math.abs(data[at + part] - wanted[part]) < 48) && data[at + 3] > 128) return true;
    return false;
}"""
"""Whether the first curve of a graph of the last `minutes` is drawn at a moment."""


def measured(ago: int, value: float, now: float) -> Minute:
    """A minute in which figures were that, of memory in MiB, and the double in second curves."""
    factors = {"memory": 1 << 20, "disk_written": 2, "sent": 2}
    values = array("f", [value * factors.get(column, 1) for column in COLUMNS])
    return Minute(uuid_of(0), int(now) // MINUTE - ago, values, values * (MINUTE // STEP))


def with_history(tmp_path: Path) -> dict[str, str]:
    """Two machines that run, of which the first was measured before: the console's environment."""
    uri = write_inventory(tmp_path / "two.xml", 2, running=2)
    environ = {"XDG_STATE_HOME": str(tmp_path / "state"), "PILOTHOUSE_LIBVIRT_URI": uri}
    now = time.time()
    hour = [measured(ago, 40.0 if ago % 2 else 60.0, now) for ago in range(1, 50) if ago not in GAP]
    earlier = [measured(ago, 90.0, now) for ago in range(600, 660)]
    save(path_of(uri, environ), [*earlier, *hour], now)
    return environ


async def show(page: Page, started: Console, number: int) -> FrameLocator:
    await page.goto(f"{started.url}machines#/machine?id={uuid_of(number)}&tab=usage")
    frame = pages.frame(page, "machines")
    await expect(frame.get_by_role("heading", name=f"machine-000{number}")).to_be_visible()
    return frame


def inside(page: Page) -> Frame:
    (frame,) = [frame for frame in page.frames if "/machines/" in frame.url]
    return frame


async def test_graphs_show_what_was_measured_and_are_looked_at_closer(
    console: Open, page: Page, tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expect("willReadFrequently")  # The test looks at the pixels.
    started = console(environ=with_history(tmp_path))
    await pages.open_machines(page, started.link)
    frame = await show(page, started, 0)
    graphs = [frame.get_by_role("img", name=f"Graph of {title}") for title in GRAPHS]
    for graph in graphs:
        await expect(graph).to_be_visible()
    # In words, for who sees no curve.
    await expect(graphs[2]).to_have_attribute("aria-label", re.compile(r"\. Read: 40\sB/s to 60\sB/s, 40"))
    for title in GRAPHS:
        for ago, drawn in ((40, True), (25, False), (10, True)):
            await inside(page).wait_for_function(
                f"asked => ({INKED})(asked) === {str(drawn).lower()}", arg=[title, ago, 60]
            )

    shown = frame.get_by_role("group", name="Zoom").get_by_role("status")
    await expect(shown).to_be_empty()
    box = await graphs[0].locator(".u-over").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    # The gap alone: half an hour ago, ten minutes.
    await page.mouse.move(box["x"] + box["width"] * 0.53, middle)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.62, middle, steps=3)
    await page.mouse.up()
    await expect(shown).to_have_text(re.compile(r"\d\d:\d\d:\d\d to \d\d:\d\d:\d\d"))
    for graph in graphs:
        await expect(graph).to_have_attribute("aria-label", re.compile("nothing was measured"))
    await page.mouse.dblclick(box["x"] + box["width"] / 2, middle)
    await expect(shown).to_be_empty()
    await expect(graphs[2]).to_have_attribute("aria-label", re.compile("Read: 40"))

    zoom_in = frame.get_by_role("button", name="Zoom in")
    await zoom_in.focus()
    await page.keyboard.press("Enter")
    await expect(shown).not_to_be_empty()
    half = await shown.inner_text()
    await page.keyboard.press("Tab")
    await expect(frame.get_by_role("button", name="Earlier")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(shown).not_to_have_text(half)
    assert await accessibility_violations(page, AXE.read_text()) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await horizontal_overflow(page) == {}
    await page.set_viewport_size({"width": 1280, "height": 800})
    await frame.get_by_role("button", name="Show all").focus()
    await page.keyboard.press("Enter")
    await expect(shown).to_be_empty()

    await frame.get_by_role("button", name="Last day").click()
    await expect(graphs[2]).to_have_attribute("aria-label", re.compile(r"Read: 40\sB/s to 90"))
    for ago, drawn in ((630, True), (300, False)):
        await inside(page).wait_for_function(
            f"asked => ({INKED})(asked) === {str(drawn).lower()}", arg=["Disks", ago, 1440]
        )

    # What the connection does not tell is said instead of drawn.
    frame = await show(page, started, 1)
    for title in ("Disks", "Network"):
        await expect(frame.get_by_role("region", name=title)).to_contain_text("gives no figures of this")
    await expect(frame.get_by_role("img", name="Graph of Memory")).to_be_visible()
    await expect(frame.get_by_role("img", name="Graph of Disks")).to_have_count(0)
