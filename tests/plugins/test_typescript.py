"""The front end's own tests, `*.test.ts` beside this file: bundled by esbuild, run by node, a process for each."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ESBUILD = ROOT / "node_modules/.bin/esbuild"
SOURCES = sorted(HERE.rglob("*.test.ts"))

pytestmark = pytest.mark.skipif(
    not ESBUILD.exists() or shutil.which("node") is None,
    reason="the front end's packages are not installed: make build",
)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with every test, bundled for node: NAME.test.ts is there as NAME.test.mjs."""
    folder = tmp_path_factory.mktemp("typescript")
    options = ["--bundle", "--platform=node", "--format=esm", "--sourcemap=inline", "--log-level=warning"]
    argv = [ESBUILD, *SOURCES, *options, "--out-extension:.js=.mjs", f"--outbase={HERE}", f"--outdir={folder}"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("source", [str(path.relative_to(HERE)) for path in SOURCES])
def test_typescript(bundles: Path, source: str) -> None:
    bundle = bundles / f"{source.removesuffix('.ts')}.mjs"
    done = subprocess.run(
        ["node", "--enable-source-maps", "--test-reporter=spec", bundle],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
