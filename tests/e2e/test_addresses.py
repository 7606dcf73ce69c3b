"""Whatever stands in the address of a page, and who lures somebody to it decides, is text (security.md, case 72)."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Dialog, Page, expect
from testbed.console import Console

TITLES = {"overview": "Overview", "machines": "Virtual machines", "terminal": "Terminal"}


@pytest.mark.parametrize("name", TITLES)
async def test_an_address_runs_nothing(name: str, console: Callable[..., Console], page: Page, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    started = console(demo=True)
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name=TITLES[name])
    await page.goto(started.link)
    await expect(link).to_be_visible()
    dialogs: list[str] = []

    async def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", note)
    touch = f"touch {canary}"
    commands = [f";touch${{IFS}}{canary}", f"$({touch})", f"`{touch}`", f"\n{touch}\n"]
    for text in (*commands, "<img src=x onerror=alert(1)>", "javascript:alert(1)", "-oProxyCommand=touch"):
        word = quote(text, safe="")
        await page.goto(f"{started.url}{name}?{word}#/{word}?id={word}&connection={word}&name={word}")
        await expect(link).to_be_visible()
    assert not canary.exists()
    assert dialogs == []
