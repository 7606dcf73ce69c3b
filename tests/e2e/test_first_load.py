"""What the list of machines needs before it shows anything, and what it does without."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Frame, Page, Request, Route, WebSocket, expect
from testbed import pages
from testbed.console import Console
from testbed.many_machines import uuid_of, write_inventory

Open = Callable[..., Console]

HEAVY = {"xterm-helper-textarea": "the terminal", "RFB ": "the screen", "u-legend": "the graphs"}
"""What is written in the libraries that only the page of one machine needs, and what they draw."""
SCRIPTS = """async () => {
    const names = performance.getEntriesByType("resource").map(({name}) => name).filter((name) => name.endsWith(".js"));
    const texts = await Promise.all([...new Set(names)].map(async (name) => (await fetch(name)).text()));
    return texts.join("\\n");
}"""
"""All scripts that a page has loaded so far."""


async def loaded(frame: Frame) -> set[str]:
    """Which of the heavy libraries a page has loaded."""
    scripts: str = await frame.evaluate(SCRIPTS)
    return {what for word, what in HEAVY.items() if word in scripts}


async def test_the_list_loads_no_library_that_only_a_machines_own_page_needs(
    console: Open, page: Page, tmp_path: Path
) -> None:
    started = console(environ={"PILOTHOUSE_LIBVIRT_URI": write_inventory(tmp_path / "few.xml", 3, running=1)})
    await pages.open_machines(page, started.link)
    await expect(pages.rows(page)).to_have_count(3)
    (frame,) = [each for each in page.frames if "/machines" in each.name]
    assert await loaded(frame) == set()
    machines = pages.frame(page, "machines")
    await frame.evaluate(f"location.hash = '#/machine?id={uuid_of(0)}&tab=usage'")
    await expect(machines.locator(".uplot").first).to_be_attached()
    await frame.evaluate(f"location.hash = '#/machine?id={uuid_of(0)}&tab=console'")
    await expect(machines.get_by_role("tabpanel")).to_be_visible()
    await frame.wait_for_function(
        "() => performance.getEntriesByType('resource').some(({name}) => /console-tab-/.test(name))"
    )
    assert await loaded(frame) == set(HEAVY.values())


async def test_the_list_connects_before_its_page_is_there(console: Open, page: Page) -> None:
    asked = asyncio.Event()

    def hear(frame: str | bytes) -> None:
        if b'"payload":"libvirt1"' in (frame if isinstance(frame, bytes) else frame.encode()):
            asked.set()

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", hear)

    async def hold(route: Route) -> None:
        async with asyncio.timeout(20):
            await asked.wait()
        await route.continue_()

    page.on("websocket", listen)
    await page.route("**/machines-*.js", hold)
    await pages.open_machines(page, console(demo=True).link)
    await expect(pages.rows(page).first).to_be_visible()
    assert asked.is_set()


async def test_the_first_page_is_asked_for_before_the_shell_is_drawn(console: Open, page: Page) -> None:
    kinds: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/machines/index.html"):
            kinds.append(request.resource_type)

    page.on("request", note)
    await pages.open_machines(page, console(demo=True).link)
    assert kinds == ["fetch", "document"]


DRAWN_WHEN_IT_ASKED = """
if (window.name.startsWith("cockpit1:")) {
    const post = window.parent.postMessage.bind(window.parent);
    window.parent.postMessage = (message, ...rest) => {
        const root = document.getElementById("root");
        if (String(message).includes('"payload":"libvirt1"')) window.drawn = root.childElementCount;
        post(message, ...rest);
    };
}
"""


async def test_the_list_is_asked_for_before_the_page_is_drawn(console: Open, page: Page) -> None:
    await page.add_init_script(DRAWN_WHEN_IT_ASKED)
    await pages.open_machines(page, console(demo=True).link)
    (frame,) = [each for each in page.frames if "/machines" in each.name]
    assert await frame.evaluate("window.drawn") == 0
