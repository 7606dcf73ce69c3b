"""The shell's navigation: searched, walked with the keyboard, and what it says when a page fails."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect
from testbed import pages
from testbed.browser import Complaints
from testbed.console import Console

Open = Callable[..., Console]


async def test_pages_are_found_by_what_they_contain(console: Open, page: Page) -> None:
    await pages.open_machines(page, console(demo=True).link)
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    await expect(links).to_have_text(["Overview", "Virtual machines", "Storage pools", "Virtual networks", "Terminal"])
    search = page.get_by_role("search").get_by_role("textbox", name="Search pages")
    await search.fill("bash")
    await expect(links).to_have_text(["TerminalContains: bash"])
    await search.press("Escape")
    await expect(search).to_have_value("")
    await search.fill("nothing of the kind")
    await expect(page.get_by_role("search").get_by_text("No page was found.")).to_be_visible()
    await search.fill("uptime")
    await search.press("Enter")
    await expect(page).to_have_title(re.compile("^Overview . Pilothouse$"))
    await expect(search).to_have_value("")


async def test_a_page_offers_what_there_is_to_read(console: Open, page: Page) -> None:
    started = console(demo=True)
    docs = [{"label": "The manual", "url": "https://example.org/manual"}]
    drop_in(started, "read", {"menu": {"index": {"label": "Read", "docs": docs}}}, "")
    drop_in(started, "child", {"parent": {"component": "read", "docs": docs[:0]}}, "")
    await page.goto(started.link)
    await page.get_by_role("link", name="Read").click()
    await page.get_by_role("button", name="Help").click()
    manual = page.get_by_role("menuitem", name="The manual")
    await expect(manual).to_have_attribute("href", "https://example.org/manual")
    await expect(manual).to_have_attribute("rel", "noopener noreferrer")
    await page.get_by_role("menuitem", name="About Pilothouse").click()
    about = page.get_by_role("dialog", name="About Pilothouse")
    await expect(about).to_contain_text("0.1.0")
    await expect(about).to_contain_text("Web server")
    await about.get_by_role("button", name="Close").last.click()
    await page.get_by_role("button", name="Session of").click()
    await page.get_by_role("menuitem", name="About Pilothouse").click()
    await about.get_by_role("button", name="Close").last.click()
    await page.goto(f"{started.url}child")
    current = page.get_by_role("navigation", name="Pages").locator("[aria-current=page]")
    await expect(current).to_have_text("Read")


async def test_a_package_has_as_many_menu_entries_as_it_names(console: Open, page: Page) -> None:
    """Each with its own page, in its own group, in the order that was asked for."""
    started = console(demo=True)
    entry = {"label": "Second thing", "order": 20}, {"label": "First thing", "order": 10, "path": "other.html"}
    manifest = {
        "menu": {"index": entry[0], "other": entry[1]},
        "tools": {"tool": {"label": "A tool", "path": "tool.html"}},
    }
    drop_in(started, "several", manifest, "")
    folder = started.data_home / "pilothouse/plugins/several"
    for name in ("other", "tool"):
        text = (folder / "index.html").read_text().replace("<h1>several</h1>", f"<h1>the {name}</h1>")
        (folder / f"{name}.html").write_text(text)
    await page.goto(started.link)
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    await expect(links.filter(has_text="thing")).to_have_text(["First thing", "Second thing"])
    for label, path, heading in (
        ("First thing", "other", "the other"),
        ("A tool", "tool", "the tool"),
        ("Second thing", "", "several"),
    ):
        await links.filter(has_text=label).click()
        await expect(page).to_have_url(re.compile(f"/several{'/' if path else ''}{path}(#.*)?$"))
        await expect(links.and_(page.locator("[aria-current=page]"))).to_have_text(label)
        frame = page.frame_locator(
            f'iframe[name^="cockpit1:localhost/several/{path}"]'
            if path
            else 'iframe[name="cockpit1:localhost/several"]'
        )
        await expect(frame.get_by_role("heading", name=heading)).to_be_visible()


async def test_about_says_where_each_plugin_comes_from_and_who_shadows_whom(
    console: Open, page: Page, tmp_path: Path
) -> None:
    share = tmp_path / "share/pilothouse/plugins"
    started = console(demo=True, environ={"XDG_DATA_DIRS": str(tmp_path / "share")})
    for folder in (share / "backup", share / "rest"):
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"version": "1"}')
    (share / "rest/manifest.json").write_text('{"conditions": [{"path-exists": "/nonexistent/restic"}]}')
    drop_in(started, "backup", {"version": "2"}, "")
    await page.goto(started.link)
    await page.get_by_role("button", name="Help").click()
    await page.get_by_role("menuitem", name="About Pilothouse").click()
    plugins = page.get_by_role("dialog", name="About Pilothouse").get_by_role("region", name="Plugins")
    mine = plugins.get_by_role("listitem").filter(has_text="backup")
    await expect(mine).to_have_count(1)
    await expect(mine).to_contain_text("backup 2 your own")
    await expect(mine).to_contain_text("Takes another's place")
    await expect(mine).to_contain_text(str(started.data_home / "pilothouse/plugins/backup"))
    await expect(mine).to_contain_text(f"In the place of {share}/backup (the machine's)")
    await expect(plugins.get_by_role("listitem").filter(has_text="machines")).to_contain_text("built in")
    await expect(plugins.get_by_text("Takes another's place")).to_have_count(1)
    await expect(plugins.get_by_role("listitem").filter(has_text=f"{share}/rest")).to_contain_text(
        "/nonexistent/restic"
    )


async def test_a_page_whose_script_is_missing_is_named_with_the_reason(
    console: Open, page: Page, complaints: Complaints
) -> None:
    complaints.expect(r"404 \(Not Found\) \(\S+/broken/gone\.js\)|MIME type")
    started = console(demo=True)
    drop_in(started, "broken", {"menu": {"index": {"label": "Broken"}}}, "", script="gone.js")
    await page.goto(started.link)
    await page.get_by_role("link", name="Broken").click()
    alert = page.get_by_role("list", name="Pages with errors")
    await expect(alert).to_contain_text("“Broken” has had an internal error")
    await expect(alert).to_contain_text("Plugin: broken")
    await expect(alert).to_contain_text("Its file broken/gone.js could not be loaded (status 404).")


async def test_an_exception_is_told_with_its_words(console: Open, page: Page, complaints: Complaints) -> None:
    complaints.expect("exception: .*nobody expects this")
    started = console(demo=True)
    drop_in(
        started,
        "broken",
        {"menu": {"index": {"label": "Broken"}}},
        'setTimeout(() => { throw Error("nobody expects this") });',
    )
    await page.goto(started.link)
    await page.get_by_role("link", name="Broken").click()
    await expect(page.get_by_role("list", name="Pages with errors")).to_contain_text("Error: nobody expects this")


async def test_the_first_paint_comes_soon(console: Open, page: Page) -> None:
    """A browser without a cache, from the link to something to see."""
    await pages.open_machines(page, console(demo=True).link)
    script = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    milliseconds = await page.evaluate(script)
    print(f"first contentful paint of the shell: {milliseconds:.0f} ms")
    # A second is promised of a machine that does nothing else.
    assert milliseconds < 10_000


def drop_in(console: Console, name: str, manifest: object, source: str, *, script: str = "x.js") -> None:
    """A plugin of one script."""
    folder = console.data_home / "pilothouse/plugins" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<script src="../base1/cockpit.js"></script></head>'
        f'<body><main><h1>{name}</h1></main><script src="{script}"></script></body></html>\n'
    )
    (folder / "x.js").write_text(source)
