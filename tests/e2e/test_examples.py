"""The examples of the plugin guide, and what `pilothouse plugin new` makes, tested as their authors test them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from testbed import authors
from testbed.browser import accessibility_violations, horizontal_overflow
from testbed.console import Console
from testbed.pages import frame

from bridge.testing.browser import log_in
from manifests.checks import Findings, check_plugin
from ws_gateway.__main__ import main

AXE = authors.ROOT / "node_modules/axe-core/axe.min.js"
EXAMPLES = sorted(path.parent for path in (authors.ROOT / "docs/examples").glob("*/manifest.json"))
MADE = {
    "page": [],
    "with-backend": ["--backend"],
    "in-typescript": ["--typescript"],
    "in-typescript-with-backend": ["--backend", "--typescript"],
}
pytestmark = pytest.mark.timeout(300)
NOT_WRITTEN = shutil.ignore_patterns("__pycache__", "node_modules", "dist", "pilothouse")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all of them, built."""
    folder = tmp_path_factory.mktemp("plugins")
    for example in EXAMPLES:
        shutil.copytree(example, folder / example.name, ignore=NOT_WRITTEN)
    authors.add_library(folder / "disks")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, options in MADE.items():
            assert main(["plugin", "new", name, *options]) == 0
    for package in folder.glob("*/package.json"):
        authors.build(package.parent)
    return folder


@pytest.fixture(scope="module")
def said(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What their tests said, by the test file's stem."""
    return authors.run_tests(sorted(folder.iterdir()), tmp_path_factory.mktemp("report") / "report.xml")


@pytest.mark.parametrize("name", [*(example.name for example in EXAMPLES), *MADE])
def test_a_plugin_of_ours_works(name: str, folder: Path, said: dict[str, list[str]]) -> None:
    assert check_plugin(folder / name) == Findings()
    results = said[f"test_{name.replace('-', '_')}"]
    assert results
    assert results == [""] * len(results)


def test_there_is_an_example_of_each_kind() -> None:
    assert {example.name for example in EXAMPLES} == {"uptime", "disks", "checksums"}


SAYS = {
    "uptime": ("Uptime", "Laufzeit"),
    "disks": ("Disk space", "Speicherplatz"),
    "checksums": ("Checksums", "Prüfsummen"),
}
"""The heading of each example, and its translation."""


async def test_examples_follow_theme_and_language_and_are_for_everyone(
    folder: Path, console: Callable[..., Console], page: Page
) -> None:
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    running = console()
    for name in SAYS:
        running.add_plugin(folder / name)
    await log_in(page, running.link, "uptime")
    for name, (english, german) in SAYS.items():
        await page.goto(f"{running.url}{name}")
        shown = frame(page, name)
        heading, root = shown.get_by_role("heading", level=1), shown.locator("html")
        await expect(heading).to_have_text(english)
        await expect(root).to_have_css("color-scheme", "light")
        assert await accessibility_violations(page, AXE.read_text()) == []
        await choose(page, "Dark")
        await expect(root).to_have_css("color-scheme", "dark")
        assert await accessibility_violations(page, AXE.read_text()) == []
        await choose(page, "Deutsch")
        await expect(heading).to_have_text(german)
        await expect(page.get_by_role("link", name=german)).to_be_visible()
        await expect(root).to_have_css("color-scheme", "dark")
        if name == "checksums":
            await shown.locator("#folder").fill(str(folder / "uptime"))
            await shown.locator("#check").click()
            await expect(shown.locator("#message")).to_contain_text("Dateien")
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await horizontal_overflow(page) == {}, name
        await page.set_viewport_size({"width": 1280, "height": 800})
        await choose(page, "Hell")
        await choose(page, "English")
        await expect(heading).to_have_text(english)


async def choose(page: Page, what: str) -> None:
    """Takes an entry of the user menu, whose language it is in."""
    await page.locator(".ph-session button").last.click()
    await page.get_by_role("menuitem", name=what).click()
