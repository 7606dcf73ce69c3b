"""The terminal page: a real shell, typed at."""

from collections.abc import Callable

from playwright.async_api import Page, expect
from testbed import pages
from testbed.console import Console
from testbed.processes import wait_until


async def open_terminal(page: Page, started: Console) -> None:
    await pages.open_machines(page, started.link)
    await pages.navigate(page, "Terminal")
    await expect(pages.frame(page, "terminal").locator(".xterm-rows")).to_contain_text(r"#", timeout=15_000)
    await pages.frame(page, "terminal").locator(".xterm-helper-textarea").focus()


async def test_what_is_typed_runs_and_its_output_is_shown(console: Callable[..., Console], page: Page) -> None:
    await open_terminal(page, console(demo=True))
    await page.keyboard.type("echo six times seven is $((6 * 7))\n")
    await expect(pages.frame(page, "terminal").locator(".xterm-rows")).to_contain_text("six times seven is 42")


async def test_stopping_the_console_ends_what_the_terminal_started(console: Callable[..., Console], page: Page) -> None:
    started = console(demo=True)
    await open_terminal(page, started)
    await page.keyboard.type("sleep 4711\n")
    wait_until(lambda: any("sleep 4711" in line for line in started.processes()), "the shell starts the command")
    await page.goto("about:blank")
    started.stop()
    assert started.processes() == []
