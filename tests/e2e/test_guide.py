"""docs/plugins.md as somebody follows it who has nothing but it: an empty home, its commands, its files."""

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from testbed.console import PROGRAM, Console
from testbed.pages import frame

from bridge.testing.browser import log_in
from bridge.testing.console import isolated_environment

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/plugins.md").read_text()
QUOTE = re.compile(r"<!-- from examples/(\S+)/(\S+) -->\n+```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(heading: str) -> list[list[str]]:
    """The indented blocks below a heading, each as its lines without comments."""
    section = re.split(r"^#+ ", GUIDE.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
    found = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return [[line.partition("  #")[0].strip() for line in block.splitlines()] for block in found]


def write_quotes(example: str, folder: Path) -> None:
    """The files of an example as the guide has them: what it quotes of one file, one piece after the other."""
    folder.mkdir(parents=True)
    for name, file, text in QUOTE.findall(GUIDE):
        if name == example:
            with (folder / file).open("a") as stream:
                stream.write(text)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def environment(home: Path) -> dict[str, str]:
    """That of somebody who has set nothing."""
    environ = isolated_environment(home)
    path = f"{Path(PROGRAM).parent}:{os.environ['PATH']}"
    return environ | {"HOME": str(home), "PATH": path, "XDG_DATA_HOME": str(home / ".local/share")}


def run(command: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """As it is typed."""
    argv = ["sh", "-ec", command]
    return subprocess.run(
        argv, cwd=home, env=environment(home), capture_output=True, text=True, timeout=60, check=False
    )


async def test_a_plugin_in_ten_minutes(console: Callable[..., Console], page: Page, home: Path) -> None:
    (commands, more) = blocks("A plugin in ten minutes")
    *before, serve = commands
    for command in before:
        done = run(command, home)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    program, verb, *arguments = serve.split()
    assert (program, verb) == ("pilothouse", "serve")
    running = console(arguments=arguments, environ=environment(home))
    await page.goto(running.link)
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Uptime").click()
    output = frame(page, "uptime").locator("#output")
    await expect(output).to_contain_text("load average")
    script = home / "uptime/uptime.js"
    script.write_text(script.read_text() + 'output.id = "edited";\n')
    await expect(frame(page, "uptime").locator("#edited")).to_contain_text("load average")

    check, listing = more
    done = run(check, home)
    assert (done.returncode, done.stderr) == (0, "")
    told = run(listing, home).stdout
    assert re.search(rf"^uptime +1 +user +{home}/.local/share/pilothouse/plugins/uptime$", told, re.MULTILINE)


async def test_the_files_of_the_guide_are_plugins_as_they_stand_there(
    console: Callable[..., Console], page: Page, home: Path
) -> None:
    plugins = home / ".local/share/pilothouse/plugins"
    for example in ("uptime", "checksums"):
        write_quotes(example, plugins / example)
        done = run(f"pilothouse plugin check {plugins / example}", home)
        assert (done.returncode, done.stderr) == (0, "")
    running = console(environ=environment(home))
    await log_in(page, running.link, "uptime")
    await expect(frame(page, "uptime").locator("#output")).to_contain_text("load average")
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Checksums").click()
    shown = frame(page, "checksums")
    await shown.get_by_label("Folder").fill(str(plugins / "uptime"))
    await shown.get_by_role("button", name="Check").click()
    await expect(shown.get_by_role("status")).to_have_text(f"{len(list((plugins / 'uptime').iterdir()))} files")
    await expect(shown.get_by_role("row", name="uptime.js")).to_be_visible()


BUILD = """import zipfile
def build_wheel(folder, config=None, metadata=None):
    name, info = "pilothouse_uptime-1-py3-none-any.whl", "pilothouse_uptime-1.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        for file in ("__init__.py", "manifest.json", "index.html"):
            wheel.write("pilothouse_uptime/" + file)
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: pilothouse-uptime\\nVersion: 1\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt", "[pilothouse.bridge]\\nuptime = pilothouse_uptime\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""
"""A build back end that fetches nothing; what setuptools or hatchling would do."""


def test_the_distribution_of_the_guide_brings_its_page(tmp_path: Path, home: Path) -> None:
    declared, module = re.findall(r"(?:^    .*\n|^\n(?=    ))+", GUIDE.partition("## Distributions")[2], re.MULTILINE)[
        0
    ].split("\n\n", 1)
    assert [line.strip() for line in declared.strip().splitlines()] == [
        '[project.entry-points."pilothouse.bridge"]',
        'uptime = "pilothouse_uptime"',
    ]
    source = tmp_path / "source/pilothouse_uptime"
    write_quotes("uptime", source)
    (source / "__init__.py").write_text("\n".join(line[4:] for line in module.splitlines()))
    (source.parent / "build_it.py").write_text(BUILD)
    (source.parent / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "build_it"\nbackend-path = ["."]\n'
        f'[project]\nname = "pilothouse-uptime"\nversion = "1"\n{declared.strip()}\n'.replace("\n    ", "\n")
    )
    venv.create(tmp_path / "environment")
    packages = next((tmp_path / "environment/lib").glob("python*/site-packages"))
    ours = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    (packages / "pilothouse.pth").write_text(f"{ROOT}\n{ours}\n")  # what we need, and pip
    program = f"{tmp_path}/environment/bin/python -m ws_gateway"
    done = run(f"{program} plugin install {source.parent}", home)
    assert done.returncode == 0, done.stderr
    told = json.loads(run(f"{program} plugin list --json", home).stdout)
    (plugin,) = [each for each in told["plugins"] if each["name"] == "pilothouse_uptime"]
    assert (plugin["origin"], plugin["folder"]) == ("installed", str(packages / "pilothouse_uptime"))
