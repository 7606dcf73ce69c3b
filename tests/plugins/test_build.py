"""plugins/build.mjs: what it leaves for the bridge to serve."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
LIB = PLUGINS / "lib/dist"
PAGES = sorted(path.parents[1].name for path in PLUGINS.glob("*/src/index.tsx"))

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (ROOT / "node_modules/esbuild").exists(),
    reason="the front end's packages are not installed: make build",
)


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The tree, built anew."""
    LIB.mkdir(parents=True, exist_ok=True)
    (LIB / "left-AAAAAAAA.js").write_text("// of an earlier build")
    done = subprocess.run(
        ["node", PLUGINS / "build.mjs"], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_files_that_are_there_and_runs_no_inline_script(page: str) -> None:
    html = (PLUGINS / page / "dist/index.html").read_text()
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert [link for link in links if link.endswith(".js")]
    for link in links:
        name = link.removeprefix("../../@localhost/pilothouse-lib/")
        assert re.search(r"-[A-Z0-9]{8}\.(js|css)$", name)
        assert (LIB / f"{name}.gz").exists()
    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", html))
    assert "<style" not in html


def test_text_is_stored_compressed_and_what_an_earlier_build_left_is_gone() -> None:
    assert not (LIB / "left-AAAAAAAA.js").exists()
    assert [path.name for path in LIB.iterdir() if path.suffix in (".js", ".css", ".map")] == []
    for path in LIB.glob("*.gz"):
        assert gzip.decompress(path.read_bytes())


def test_the_client_library_is_one_classic_script() -> None:
    script = (PLUGINS / "base1/dist/cockpit.js").read_text()
    assert "import" not in re.findall(r"^\s*(import|export)\b", script, re.MULTILINE)
    subprocess.run(["node", "--check", PLUGINS / "base1/dist/cockpit.js"], check=True, timeout=30, capture_output=True)
