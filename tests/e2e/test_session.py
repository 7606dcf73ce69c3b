"""A session's accidents: the connection is lost and comes back, nobody is there for too long."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, WebSocketRoute, expect
from testbed import pages
from testbed.console import Console

Open = Callable[..., Console]


async def test_a_lost_connection_costs_no_page(console: Open, page: Page) -> None:
    """Ours go on where they were, others are loaded anew where they were; the shell stays."""
    sockets: list[WebSocketRoute] = []

    def relay(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    await page.route_web_socket(lambda url: url.endswith("/socket"), relay)
    started = console(demo=True)
    drop_in(started.data_home / "pilothouse/plugins/visits")
    await pages.open_machines(page, started.link)
    machines, visits = pages.frame(page, "machines"), pages.frame(page, "visits")
    await page.evaluate("window.stays = true")
    await pages.navigate(page, "Visits")
    await expect(visits.locator("#said")).to_have_text("visit 1: hello")
    await pages.navigate(page, "Virtual machines")
    await machines.get_by_role("textbox", name="Filter by name, title, tag or address").fill("db")
    await machines.locator("body").evaluate("window.stays = true")
    await expect(pages.rows(page).first).to_contain_text("%")

    opened = len(sockets)
    await sockets[-1].close()
    await expect(page.get_by_role("dialog", name="Disconnected")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(sockets) == opened + 1
    await expect(machines.get_by_role("textbox", name="Filter by name, title, tag or address")).to_have_value("db")
    await expect(machines.get_by_text("The list shows what was known last.")).to_have_count(0)
    await expect(visits.locator("#said")).to_have_text("visit 2: hello")
    assert await machines.locator("body").evaluate("window.stays")
    assert await page.evaluate("window.stays")
    await machines.get_by_role("button", name="Shut down db-primary").click()
    await expect(pages.row(page, await primary(page)).locator('[data-label="State"]')).to_contain_text("Shut off")


async def primary(page: Page) -> str:
    key = await pages.rows(page).filter(has_text="db-primary").get_attribute("data-key")
    assert key is not None
    return key


def drop_in(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"menu": {"index": {"label": "Visits"}}}))
    (folder / "index.html").write_text(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>x</title>'
        '<script src="../base1/cockpit.js"></script></head>'
        '<body><main><h1>x</h1><p id="said"></p></main><script src="x.js"></script></body></html>\n'
    )
    (folder / "x.js").write_text(
        "const visit = Number(sessionStorage.getItem('visits') || 0) + 1;\n"
        "sessionStorage.setItem('visits', visit);\n"
        'cockpit.spawn(["echo", "-n", "hello"])\n'
        '  .then((output) => { document.getElementById("said").textContent = `visit ${visit}: ${output}`; });\n'
    )


HURRIED = """#!{python} -I
import functools, sys
from bridge import idle_timer
from bridge.channels import session_control
session_control.IdleTimer = functools.partial(idle_timer.IdleTimer, second=0.3)
from bridge.__main__ import main
sys.exit(main())
"""
"""A bridge whose idle minute is over in 18 seconds: no shorter limit can be configured."""


async def test_who_is_not_there_is_warned_may_stay_and_is_logged_out_at_last(
    console: Open, page: Page, tmp_path: Path
) -> None:
    config, bridge = tmp_path / "etc/pilothouse", tmp_path / "bridge"
    config.mkdir(parents=True)
    (config / "pilothouse.conf").write_text("[Session]\nIdleTimeout = 1\n")
    bridge.write_text(HURRIED.format(python=sys.executable))
    bridge.chmod(0o755)
    started = console(
        demo=True, environ={"XDG_CONFIG_DIRS": str(tmp_path / "etc")}, arguments=["--bridge", str(bridge)]
    )
    await pages.open_machines(page, started.link)
    dialog = page.get_by_role("dialog", name="Are you still there?")
    await expect(dialog).to_contain_text("You will be logged out in", timeout=30_000)
    await dialog.get_by_role("button", name="Stay logged in").click()
    await expect(dialog).to_have_count(0)
    await expect(pages.rows(page).first).to_be_visible()
    await expect(dialog).to_be_visible(timeout=30_000)
    reason = page.get_by_role("alert").filter(has_text="You were logged out, because nothing had happened for a while.")
    await expect(reason).to_be_visible(timeout=30_000)
    assert "audit: logout" in started.output
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text("You need a login link")
