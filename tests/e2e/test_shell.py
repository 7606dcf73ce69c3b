"""The shell around the pages: navigation, addresses, and what everyone must be able to use."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect
from testbed import pages
from testbed.browser import accessibility_violations, horizontal_overflow
from testbed.console import Console

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


async def test_the_address_names_the_page_and_back_returns(console: Callable[..., Console], page: Page) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    await page.evaluate("window.stays = true")
    await pages.navigate(page, "Terminal")
    await expect(pages.frame(page, "terminal").locator(".xterm-rows")).to_be_visible()
    assert await page.evaluate("window.stays"), "the console is not loaded anew"
    assert page.url.partition("#")[0] == f"{started.url}terminal"
    await page.go_back()
    await expect(pages.rows(page).first).to_be_visible()
    assert page.url.startswith(f"{started.url}machines")


async def test_a_page_is_reached_by_its_address(console: Callable[..., Console], page: Page) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    await page.goto(f"{started.url}terminal")
    await expect(pages.frame(page, "terminal").locator(".xterm-rows")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(console: Callable[..., Console], page: Page, scheme: Literal["light", "dark"]) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await pages.open_machines(page, console(demo=True).link)
    await expect(pages.rows(page).first).to_be_visible()
    assert await accessibility_violations(page, AXE.read_text()) == []


async def test_a_telephone_shows_everything_without_scrolling_sideways(
    console: Callable[..., Console], page: Page
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await pages.open_machines(page, console(demo=True).link)
    await expect(pages.rows(page).first).to_be_visible()
    assert await horizontal_overflow(page) == {}


async def test_a_dropped_in_plugin_appears_after_a_reload_and_runs_a_command(
    console: Callable[..., Console], page: Page
) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    link = page.get_by_role("navigation").get_by_role("link", name="Greeting")
    await expect(link).to_have_count(0)

    drop_in(started.data_home / "pilothouse/plugins/greeting")
    await page.reload()
    await link.click()
    await expect(pages.frame(page, "greeting").get_by_text("hello from echo")).to_be_visible()


def drop_in(folder: Path) -> None:
    """The smallest plugin: a manifest, a page, a script. No build, no Python."""
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"menu": {"index": {"label": "Greeting"}}}))
    (folder / "index.html").write_text(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Greeting</title>'
        '<script src="../base1/cockpit.js"></script></head>'
        '<body><main><h1>Greeting</h1><p id="said"></p></main><script src="greeting.js"></script></body></html>\n'
    )
    (folder / "greeting.js").write_text(
        'cockpit.spawn(["echo", "hello from echo"])\n'
        '  .then((output) => { document.getElementById("said").textContent = output; });\n'
    )
