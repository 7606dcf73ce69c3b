"""plugins/build.mjs: what it leaves for the bridge to serve."""

import gzip
import json
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
        if link == "po.js":
            continue
        name = link.removeprefix("../../@localhost/pilothouse-lib/")
        assert re.search(r"-[A-Z0-9]{8}\.(js|css)$", name)
        assert (LIB / f"{name}.gz").exists()
    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", html))
    assert "<style" not in html


def scripts_of(page: str) -> list[str]:
    """The modules that a page names, and those that they load at once."""
    html = (PLUGINS / page / "dist/index.html").read_text()
    return re.findall(r'<(?:link rel="modulepreload" href|script type="module"(?: async)? src)="[^"]*/([^/"]+)"', html)


def test_pages_are_few_files_and_what_several_use_is_one_that_all_load() -> None:
    pages = {page: scripts_of(page) for page in PAGES}
    assert all(len(scripts) <= 8 for scripts in pages.values()), pages
    common = set.intersection(*(set(scripts) for scripts in pages.values()))
    biggest = max((script for scripts in pages.values() for script in scripts), key=lambda name: size_of(name))
    assert biggest in common
    assert size_of(biggest) < 175_000, "every page waits for it: what nobody uses is not in it"
    own = {page: sum(size_of(name) for name in scripts if name not in common) for page, scripts in pages.items()}
    assert own["overview"] < size_of(biggest) / 4, "it has little of its own"


def size_of(script: str) -> int:
    return (LIB / f"{script}.gz").stat().st_size


def test_what_starts_first_needs_neither_react_nor_texts() -> None:
    html = (PLUGINS / "machines/dist/index.html").read_text()
    start = re.search(r'<script type="module" async src="[^"]*/(start-machines-[A-Z0-9]{8}\.js)"></script>', html)
    assert start
    assert html.index(start[0]) < html.index('rel="stylesheet"')
    wanted, seen = [start[1]], set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        source = gzip.decompress((LIB / f"{name}.gz").read_bytes()).decode()
        wanted += (
            set(re.findall(r'from"\./([\w-]+\.js)"', source) + re.findall(r'import"\./([\w-]+\.js)"', source)) - seen
        )
        assert "react.element" not in source
        assert "pilothouse:catalogues" not in source
    assert sum(map(size_of, seen)) < 20_000


def test_text_is_stored_compressed_and_what_an_earlier_build_left_is_gone() -> None:
    assert not (LIB / "left-AAAAAAAA.js").exists()
    assert [path.name for path in LIB.iterdir() if path.suffix in (".js", ".css", ".map")] == []
    for path in LIB.glob("*.gz"):
        assert gzip.decompress(path.read_bytes())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_its_texts_in_every_language(page: str) -> None:
    for po in sorted((ROOT / "po").glob("*.po")):
        script = (PLUGINS / page / f"dist/po.{po.stem}.js").read_text()
        assert script.startswith('cockpit.locale({"":{"plural-forms":')
        assert '"This page has stopped working":' in script, "what all pages share"
        manifest = json.loads((PLUGINS / page / "manifest.json").read_text())
        labels = [entry["label"] for group in ("menu", "tools") for entry in manifest.get(group, {}).values()]
        of_manifest = (PLUGINS / page / f"dist/po.manifest.{po.stem}.js").read_text()
        assert all(f'"{label}":' in of_manifest for label in labels)
        others = {"machines": '"vCPU', "terminal": '"Reset the terminal?"'}
        assert not any(text in script for name, text in others.items() if name != page)


def test_the_client_library_is_one_classic_script() -> None:
    script = (PLUGINS / "base1/dist/cockpit.js").read_text()
    assert "import" not in re.findall(r"^\s*(import|export)\b", script, re.MULTILINE)
    subprocess.run(["node", "--check", PLUGINS / "base1/dist/cockpit.js"], check=True, timeout=30, capture_output=True)


AUTHOR = """
import cockpit, { spawn } from "BASE1/cockpit.mjs";
import { connect, RpcError, type Snapshot } from "BASE1/rpc.mjs";

interface State { count: number }
const backend = connect<State>("counter1", { superuser: "try" });
const count: number | undefined = backend.state.count;
const snapshot: Snapshot<State> = backend.getSnapshot();
export async function add(): Promise<number> {
  try {
    const output: string = await spawn(["uptime"], { err: "message" });
    await cockpit.file("/etc/hostname").read();
    return await backend.call<number>("add", { number: output.length }, { onProgress: ({ done }) => void done });
  } catch (error) {
    return error instanceof RpcError ? error.problem.length : snapshot.status.phase.length + (count ?? 0);
  }
}
"""
MISTAKES = (("{ number: output.length }", "5"), ('["uptime"]', "5"), ("backend.state.count", "backend.state.number"))


def type_check(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """tsc, as strict as it gets, on an author's file; the declarations themselves are checked as well."""
    (folder / "author.ts").write_text(source.replace("BASE1", str(PLUGINS / "base1/dist")))
    options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--target", "es2022"]
    resolution = ["--module", "esnext", "--moduleResolution", "bundler", "--ignoreConfig"]
    argv = [ROOT / "node_modules/.bin/tsc", *options, *resolution, folder / "author.ts"]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd=folder)


def test_the_declarations_for_authors_are_those_of_the_implementation(tmp_path: Path) -> None:
    done = type_check(tmp_path, AUTHOR)
    assert done.returncode == 0, done.stdout
    wrong = AUTHOR
    for mistake in MISTAKES:
        assert mistake[0] in wrong
        wrong = wrong.replace(*mistake)
    assert type_check(tmp_path, wrong).stdout.count("error TS") == len(MISTAKES)


def test_the_modules_for_authors_share_one_client() -> None:
    modules = {name: (PLUGINS / f"base1/dist/{name}.mjs").read_text() for name in ("cockpit", "rpc")}
    chunks = [set(re.findall(r'from"\./(chunk-[A-Z0-9]{8}\.mjs)"', text)) for text in modules.values()]
    assert chunks[0]
    assert chunks[0] == chunks[1]
    assert {path.name for path in (PLUGINS / "base1/dist").glob("chunk-*")} == chunks[0]
