"""The language: chosen in the user menu, followed by every page without losing what is on it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Locator, Page, expect
from testbed import pages
from testbed.browser import Complaints
from testbed.console import Console

Open = Callable[..., Console]


async def speak(page: Page, language: str) -> None:
    """Chooses a language in the user menu, whatever language that is in."""
    await page.locator(".ph-session button").last.click()
    await page.get_by_role("menuitem", name=language).click()


async def said(body: Locator) -> list[str]:
    """What a page says, but for numbers, which change, and for what a terminal shows."""
    script = r"""body => {
        const named = ["aria-label", "title", "placeholder", "data-label", "aria-valuetext"];
        const words = element => [
            ...[...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data),
            ...named.map(name => element.getAttribute(name)),
        ];
        return [...body.querySelectorAll("*")].filter(element => !element.closest(".xterm")).flatMap(words)
            .map(text => (text || "").replace(/[0-9.,]+\s?([kKMGT]i?)?(B(\/s)?)?/g, "#").trim())
            .filter(text => /[a-z]/i.test(text));
    }"""
    texts: list[str] = await body.evaluate(script)
    return texts


async def test_pages_change_their_language_and_keep_what_is_on_them(console: Open, page: Page) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    machines, terminal = pages.frame(page, "machines"), pages.frame(page, "terminal")
    await machines.get_by_role("textbox", name="Filter by name, title, tag or address").fill("db")
    await expect(pages.rows(page)).to_have_count(3)
    # As quick as a hand: the filter is in the address by then.
    await page.get_by_role("link", name="Terminal").click(delay=100)
    await terminal.locator(".xterm-helper-textarea").focus()
    await page.keyboard.type("echo still $((40 + 2))\n")
    await expect(terminal.locator(".xterm-rows")).to_contain_text("still 42")

    await speak(page, "Deutsch")
    await expect(page.get_by_role("navigation", name="Seiten").get_by_role("link")).to_have_text(
        ["Überblick", "Virtuelle Maschinen", "Speicherpools", "Virtuelle Netze", "Terminal"]
    )
    await expect(page).to_have_title(re.compile("^Terminal . Pilothouse$"))
    await expect(terminal.get_by_role("button", name="Größere Schrift")).to_be_visible()
    await expect(terminal.locator(".xterm-rows")).to_contain_text("still 42")
    await page.go_back()
    await expect(
        machines.get_by_role("textbox", name="Nach Name, Titel, Schlagwort oder Adresse filtern")
    ).to_have_value("db")
    await expect(pages.rows(page)).to_have_count(3)
    for frame in page.frames:
        await expect(frame.locator("html")).to_have_attribute("lang", "de")

    await speak(page, "English")
    await expect(machines.get_by_role("textbox", name="Filter by name, title, tag or address")).to_have_value("db")
    await expect(page).to_have_title(re.compile("^Virtual machines . Pilothouse$"))


async def test_nothing_stays_in_the_language_before(console: Open, page: Page) -> None:
    """After a change a page says what it says when it is loaded in that language."""
    started = console(demo=True)
    for package, waits_for in (("overview", "AMD|Intel|%"), ("machines", "%"), ("terminal", "px")):
        await page.goto(started.new_link().replace("/#", f"/{package}#"))
        frame = pages.frame(page, package)
        body = frame.locator("body")
        await expect(body).to_contain_text(re.compile(waits_for))
        await speak(page, "Deutsch")
        await expect(page.get_by_role("navigation", name="Seiten")).to_be_visible()
        await page.reload()
        await expect(body).to_contain_text(re.compile(waits_for))
        loaded = set(await said(body))
        await speak(page, "English")
        await expect(frame.locator("html")).to_have_attribute("lang", "en")
        english = set(await said(body))
        assert len(english - loaded) >= 5, "the languages are told apart"
        await speak(page, "Deutsch")
        await expect(frame.locator("html")).to_have_attribute("lang", "de")
        assert set(await said(body)) & (english - loaded) == set()
        await speak(page, "English")
        await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


PATTERNFLY_SAYS = re.compile(
    r"\b(Close|(Danger|Warning|Success|Info|Custom) alert|Loading|Contents|Reset|Global|Menu toggle|Search input)\b"
)
"""Words of PatternFly's own, in the language that it is written in."""


async def test_the_components_own_words_are_in_the_language_too(
    console: Open, page: Page, complaints: Complaints
) -> None:
    complaints.expect("exception: .*nobody expects this")
    started = console(demo=True)
    folder = started.data_home / "pilothouse/plugins/greeting"
    drop_in(folder)
    (folder / "greeting.js").write_text('setTimeout(() => { throw Error("nobody expects this") });')
    await page.goto(started.link)
    await speak(page, "Deutsch")
    await page.get_by_role("search").get_by_role("textbox").fill("b")
    await page.get_by_role("button", name="Hilfe").click()
    await page.get_by_role("menuitem", name="Über Pilothouse").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Schließen")).to_have_count(2)
    texts = await said(page.locator("body"))
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Begrüßung").click()
    failed = page.get_by_role("list", name="Seiten mit Fehlern")
    await expect(failed.get_by_role("heading")).to_contain_text("Fehler:")
    await expect(failed.get_by_role("button", name="schließen")).to_be_visible()
    texts += await said(page.locator("body"))
    assert "Schließen" in texts
    assert [text for text in texts if PATTERNFLY_SAYS.search(text)] == []


async def test_the_choice_is_remembered(console: Open, page: Page) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    await speak(page, "Deutsch")
    await expect(page.get_by_role("navigation", name="Seiten")).to_be_visible()
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies()}
    assert (cookies["CockpitLang"]["value"], cookies["CockpitLang"]["sameSite"]) == ("de", "Strict")
    await page.reload()
    await expect(page.get_by_role("navigation", name="Seiten")).to_be_visible()
    await expect(pages.frame(page, "machines").get_by_role("heading", name="Virtuelle Maschinen")).to_be_visible()
    await speak(page, "English")


async def test_packages_of_others_bring_their_own_words(console: Open, page: Page) -> None:
    """Their label is said in the navigation; a page that does not follow the language is loaded anew."""
    started = console(demo=True)
    folder = started.data_home / "pilothouse/plugins/greeting"
    drop_in(folder)
    await pages.open_machines(page, started.link)
    await pages.navigate(page, "Greeting")
    await expect(pages.frame(page, "greeting").locator("p")).to_have_text("Good day, en")
    await speak(page, "Deutsch")
    await expect(page.get_by_role("link", name="Begrüßung")).to_be_visible()
    await expect(pages.frame(page, "greeting").locator("p")).to_have_text("Guten Tag, de")
    await expect(page.get_by_role("link", name="Überblick")).to_be_visible()
    await speak(page, "English")
    await expect(pages.frame(page, "greeting").locator("p")).to_have_text("Good day, en")


def drop_in(folder: Path) -> None:
    """A plugin as Cockpit's are: base1, and a `po.js` of its own, which also has another word for one of ours."""
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"menu": {"index": {"label": "Greeting"}}}))
    (folder / "index.html").write_text(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>x</title>'
        '<script src="../base1/cockpit.js"></script><script src="po.js"></script></head>'
        '<body><main><h1>x</h1><p></p></main><script src="greeting.js"></script></body></html>\n'
    )
    (folder / "greeting.js").write_text(
        'document.querySelector("p").textContent = `${cockpit.gettext("Good day")}, ${cockpit.language}`;\n'
    )
    texts = {"Greeting": [None, "Begrüßung"], "Good day": [None, "Guten Tag"], "Overview": [None, "Übersicht"]}
    head = '"":{"plural-forms":(n) => n != 1,"language":"de","language-direction":"ltr"}'
    (folder / "po.de.js").write_text(f"cockpit.locale({{{head},{json.dumps(texts)[1:-1]}}});\n")
