"""`pilothouse serve --reload`: what an author edits shows by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from testbed.browser import Complaints
from testbed.console import Console
from testbed.pages import frame

from bridge.testing.browser import log_in
from ws_gateway.__main__ import main


async def test_edits_of_a_page_and_of_a_back_end_show_by_themselves(
    console: Callable[..., Console],
    page: Page,
    complaints: Complaints,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugin", "new", "counter", "--backend"]) == 0
    folder = tmp_path / "counter"
    running = console(arguments=["--reload"])
    running.add_plugin(folder)
    await log_in(page, running.link, "counter")
    shown = frame(page, "counter")
    await expect(shown.get_by_role("status")).to_have_text("0")

    html = (folder / "index.html").read_text()
    (folder / "index.html").write_text(html.replace("<h1>Counter</h1>", "<h1>Edited</h1>"))
    await expect(shown.get_by_role("heading", name="Edited")).to_be_visible()
    script = (folder / "counter.js").read_text()
    (folder / "counter.js").write_text(script + '\ndocument.querySelector("h1").textContent = "By the script";\n')
    await expect(shown.get_by_role("heading", name="By the script")).to_be_visible()

    backend = (folder / "backend.py").read_text()
    (folder / "backend.py").write_text(backend.replace('{"count": 0}', '{"count": 40}'))
    await expect(shown.get_by_role("status")).to_have_text("40")

    (folder / "backend.py").write_text("raise SystemExit('a slip of the pen')\n")
    await expect(shown.get_by_role("alert")).to_contain_text("a slip of the pen")
    (folder / "backend.py").write_text(backend.replace('{"count": 0}', '{"count": 50}'))
    await expect(shown.get_by_role("status")).to_have_text("50")
    await expect(shown.get_by_role("alert")).to_be_empty()

    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace('"Counter"', '"Renamed"'))
    await expect(page.get_by_role("navigation").get_by_role("link", name="Renamed")).to_be_visible()
