"""The examples of the plugin guide, and what `pilothouse plugin new` makes, tested as their authors test them."""

import shutil
from pathlib import Path

import pytest
from testbed import authors

from manifests.checks import Findings, check_plugin
from ws_gateway.__main__ import main

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
