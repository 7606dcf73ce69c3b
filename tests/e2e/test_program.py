"""The program around the pages: its links, its port, its end."""

import signal
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect
from testbed import pages
from testbed.browser import Complaints
from testbed.console import Console, run_to_end


async def test_a_link_logs_in_once(console: Callable[..., Console], page: Page, complaints: Complaints) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    await page.context.clear_cookies()

    complaints.expect("401")
    await page.goto("about:blank")
    await page.goto(started.link)
    await expect(page.get_by_text("login-url").first).to_be_visible()

    await page.goto("about:blank")
    await pages.open_machines(page, started.new_link())


async def test_the_session_outlives_the_tab(console: Callable[..., Console], page: Page) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    second = await page.context.new_page()
    await page.close()
    await second.goto(started.url)
    await expect(pages.rows(second).first).to_be_visible()


async def test_the_token_leaves_the_address_bar(console: Callable[..., Console], page: Page) -> None:
    await pages.open_machines(page, console(demo=True).link)
    assert "token" not in page.url


async def test_stopping_with_a_page_open_ends_everything(
    console: Callable[..., Console], page: Page, complaints: Complaints
) -> None:
    complaints.expect("WebSocket|ERR_CONNECTION_REFUSED|Failed to load resource")
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    await expect(pages.rows(page).first).to_be_visible()
    started.stop()
    await expect(page.get_by_text("Disconnected").first).to_be_visible()


def test_ctrl_c_ends_it_cleanly(console: Callable[..., Console]) -> None:
    started = console(demo=True)
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(timeout=5) == 0
    assert started.processes() == []
    assert "Traceback" not in started.output


def test_a_port_that_is_taken_is_one_line(console: Callable[..., Console], tmp_path: Path) -> None:
    port = console(demo=True).port
    done = run_to_end(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 1
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert str(port) in line
    assert "make run PORT=" in line
