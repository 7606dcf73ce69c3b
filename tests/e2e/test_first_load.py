"""What the list of machines needs before it shows anything, and what it does without."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.async_api import Frame, Page, Request, Route, WebSocket, WebSocketRoute, expect
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
    frame = pages.document(page, "machines")
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
    frame = pages.document(page, "machines")
    assert await frame.evaluate("window.drawn") == 0


PLACES = """() => {
    const row = document.querySelector("table.ph-machines tbody tr");
    const {left, top} = row.getBoundingClientRect();
    return [...row.cells].slice(0, 3).concat([...row.cells].slice(-1)).map((cell) => {
        const box = cell.getBoundingClientRect();
        return [box.left - left, box.top - top].map(Math.round);
    });
}"""
"""Where in the first row the box, the name, the state and the menu are."""


class Held:
    """A connection on which nothing is heard of machines, once `waits` is set, until `release`."""

    def __init__(self) -> None:
        self.waits = asyncio.Event()
        self._held: list[Callable[[], None]] | None = []

    def __call__(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        channels: list[str] = []

        def sent(message: str | bytes) -> None:
            text = message if isinstance(message, str) else message.decode()
            if '"payload":"libvirt1"' in text:
                channels.append(json.loads(text)["channel"])
            server.send(message)

        def said(message: str | bytes) -> None:
            channel = (message if isinstance(message, str) else message.decode(errors="replace")).partition("\n")[0]
            if self._held is not None and channel in channels:
                self._held.append(partial(socket.send, message))
                self.waits.set()
            else:
                socket.send(message)

        socket.on_message(sent)
        server.on_message(said)

    def release(self) -> None:
        held, self._held = self._held, None
        for send in held or ():
            send()


async def test_what_stands_for_the_rows_has_their_places_and_no_number(console: Open, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    held = Held()
    await page.route_web_socket("**/cockpit/socket", held)
    await pages.open_machines(page, console(demo=True).link)
    async with asyncio.timeout(20):
        await held.waits.wait()
    machines = pages.frame(page, "machines")
    await expect(machines.locator(".pf-v6-c-skeleton").first).to_be_visible()
    await expect(machines.locator(".ph-total")).to_have_text("")
    frame = pages.document(page, "machines")
    before = await frame.evaluate(PLACES)
    held.release()
    await expect(pages.rows(page).first).to_be_visible()
    await expect(machines.locator(".pf-v6-c-skeleton")).to_have_count(0)
    await expect(machines.locator(".ph-total")).not_to_have_text("")
    assert await frame.evaluate(PLACES) == before
