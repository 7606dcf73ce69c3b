"""Administrative access: asked for in the top bar, given up there, and followed by pages."""

import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect
from testbed import pages
from testbed.browser import accessibility_violations
from testbed.console import Console

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
UNPRIVILEGED = "import os, sys; os.geteuid = lambda: 1000; from bridge.__main__ import main; sys.exit(main())"
"""A bridge that believes that it is not root's."""
PSEUDO = f"""#!{sys.executable} -I
import os, subprocess, sys
for attempt in range(3):
    asked = subprocess.run([os.environ["SUDO_ASKPASS"], "Password of anna:"], stdout=subprocess.PIPE)
    if asked.returncode:
        sys.exit("a password is required")
    if asked.stdout == b"p4ssw0rd\\n":
        os.execv({sys.executable!r}, [{sys.executable!r}, "-I", "-m", "bridge", "--privileged"])
    print("Sorry, try again.", file=sys.stderr, flush=True)
sys.exit("3 incorrect password attempts")
"""
TELLS = """
const tell = (text) => { document.getElementById("said").textContent = text; };
document.querySelector("button").onclick = () => {
    tell("");
    cockpit.spawn(["echo", "allowed"], { superuser: "require" }).then(tell, (error) => tell(error.problem));
};
"""


@pytest.fixture
def unprivileged(console: Callable[..., Console], tmp_path: Path) -> Console:
    """A console without root's rights, whose only way to them asks for a password as sudo does."""
    program, bridge = tmp_path / "pseudo", tmp_path / "bridge"
    program.write_text(PSEUDO)
    bridge.write_text(f"#!{sys.executable} -I\n{UNPRIVILEGED}\n")
    plugins = tmp_path / "plugins"
    for name, manifest in (
        ("ways", {"bridges": [{"privileged": True, "label": "Pseudo", "spawn": [str(program)]}]}),
        ("tells", {"menu": {"index": {"label": "Tells"}}}),
    ):
        (plugins / name).mkdir(parents=True)
        (plugins / name / "manifest.json").write_text(json.dumps(manifest))
    (plugins / "tells/index.html").write_text(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>x</title>'
        '<script src="../base1/cockpit.js"></script></head><body><main><h1>x</h1><button>Try</button><p id="said"></p>'
        '</main><script src="x.js"></script></body></html>\n'
    )
    (plugins / "tells/x.js").write_text(TELLS)
    for path in (program, bridge):
        path.chmod(0o755)
    builtin = "builtin:shell:builtin:base1:builtin:lib"
    environ = {"PILOTHOUSE_PLUGIN_PATH": f"{builtin}:{plugins}"}
    return console(environ=environ, arguments=["--bridge", str(bridge)])


async def expect_access(page: Page, said: str) -> None:
    frame = pages.frame(page, "tells")
    await frame.get_by_role("button", name="Try").click()
    await expect(frame.locator("#said")).to_have_text(said)


async def choose(dialog: Locator) -> None:
    """Goes on by the way that asks; sudo itself, which is there as well, would ask root for nothing."""
    await dialog.get_by_label("Method").select_option("Pseudo")
    await dialog.get_by_role("button", name="Continue").click()


async def test_access_is_gained_by_a_password_and_given_up(unprivileged: Console, page: Page) -> None:
    await page.goto(unprivileged.link)
    await expect_access(page, "access-denied")
    await page.get_by_role("button", name="Limited access").click()
    dialog = page.get_by_role("dialog", name="Switch to administrative access")
    assert await accessibility_violations(page, AXE.read_text()) == []
    await choose(dialog)
    password = dialog.get_by_label("Password of anna:")
    await expect(password).to_be_focused()
    assert await accessibility_violations(page, AXE.read_text()) == []
    await password.fill("guess")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Sorry, try again.")).to_be_visible()
    await password.fill("p4ssw0rd")
    await dialog.get_by_role("button", name="Authenticate").click()
    await expect(dialog).to_have_count(0)
    await expect_access(page, "allowed")
    assert await next_login(page) == "any"

    await page.get_by_role("button", name="Session of").click()
    await page.get_by_role("menuitem", name="Switch to limited access").click()
    await page.get_by_role("dialog").get_by_role("button", name="Limit access").click()
    await expect(page.get_by_role("button", name="Limited access")).to_be_visible()
    await expect_access(page, "access-denied")
    assert await next_login(page) == "none"


async def next_login(page: Page) -> str | None:
    """What the login page will send as X-Superuser."""
    kept: str | None = await page.evaluate("user => localStorage.getItem(`superuser:${user}`)", getpass.getuser())
    return kept


async def test_why_it_failed_is_said_and_cancelling_ends_it(unprivileged: Console, page: Page) -> None:
    await page.goto(unprivileged.link)
    await page.get_by_role("button", name="Limited access").click()
    dialog = page.get_by_role("dialog", name="Switch to administrative access")
    await choose(dialog)
    for _attempt in range(3):
        await dialog.get_by_label("Password of anna:").fill("guess")
        await dialog.get_by_role("button", name="Authenticate").click()
    await expect(dialog.get_by_text("3 incorrect password attempts")).to_be_visible()
    await choose(dialog)
    await expect(dialog.get_by_label("Password of anna:")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Limited access")).to_be_visible()
