"""A page whose back end fails says why, in the back end's own last words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect
from testbed.console import Console
from testbed.pages import frame, open_machines

from manifests.search import BUILT_IN

BACKEND = """
import sys
print("the inventory cannot be opened", file=sys.stderr)
raise SystemExit("the disk is full")
"""


async def test_the_page_of_a_failed_back_end_shows_its_last_lines(
    console: Callable[..., Console], page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "machines"
    shutil.copytree(f"{BUILT_IN}/machines", folder, ignore=shutil.ignore_patterns("src", "__pycache__"))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "priority": 11}))
    (folder / "backend.py").write_text(BACKEND)
    running = console()
    running.add_plugin(folder)
    await open_machines(page, running.link)
    shown = frame(page, "machines")
    await expect(shown.get_by_text("the back end of machines ended unexpectedly: the disk is full")).to_be_visible()
    await shown.get_by_role("button", name="Last lines of the back end").click()
    await expect(shown.locator("pre")).to_have_text("the inventory cannot be opened\nthe disk is full")
