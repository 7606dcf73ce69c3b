"""The merge patches of back ends and of pages: Python and TypeScript make the same state of them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manifests import merge

ROOT = Path(__file__).parents[3]
ESBUILD = ROOT / "node_modules/.bin/esbuild"

pytestmark = pytest.mark.skipif(
    not ESBUILD.exists() or shutil.which("node") is None,
    reason="the front end's packages are not installed: make build",
)

PROGRAM = """
import { readFileSync } from "node:fs";
import { apply } from "./plugins/lib/merge";
const walks = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(walks.map((patches) => patches.reduce((state, patch) => apply(state, patch), {}))));
"""

scalars = st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
keys = st.sampled_from(["a", "b", "c", "", "__proto__", "constructor"]) | st.text(max_size=3)
values = st.recursive(scalars | st.lists(scalars, max_size=3), lambda inner: st.dictionaries(keys, inner, max_size=4))
states = st.dictionaries(keys, values, max_size=5)
anything = st.recursive(scalars | st.none(), lambda inner: st.dictionaries(keys, inner, max_size=4), max_leaves=12)
patches = st.dictionaries(keys, anything, max_size=5)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node program that applies each list of patches, one after the other, to an empty state."""
    built = tmp_path_factory.mktemp("merge") / "apply.mjs"
    options = ["--bundle", "--platform=node", "--format=esm", "--loader=ts", f"--outfile={built}"]
    subprocess.run([ESBUILD, *options], input=PROGRAM, text=True, cwd=ROOT, check=True, timeout=60, capture_output=True)
    return built


def in_typescript(program: Path, walks: list[list[Any]]) -> Any:
    done = subprocess.run(
        ["node", program], input=json.dumps(walks), text=True, capture_output=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


@settings(max_examples=15)
@given(st.lists(st.lists(patches, max_size=4), min_size=5, max_size=40))
def test_any_patches_mean_the_same_in_both_languages(program: Path, walks: list[list[Any]]) -> None:
    expected: list[Any] = []
    for walk in walks:
        state: Any = {}
        for patch in walk:
            state = merge.apply(state, patch)
        expected.append(state)
    assert in_typescript(program, walks) == expected


@settings(max_examples=15)
@given(st.lists(st.lists(states, min_size=1, max_size=4), min_size=5, max_size=40))
def test_the_page_follows_the_states_that_a_back_end_goes_through(program: Path, walks: list[list[Any]]) -> None:
    told = [[merge.diff(old, new) for old, new in zip([{}, *walk], walk, strict=False)] for walk in walks]
    assert in_typescript(program, told) == [walk[-1] for walk in walks]
