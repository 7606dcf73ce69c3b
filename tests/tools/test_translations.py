"""tools/translations.mjs: what is said in the sources is in po/, and complete."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = sorted((ROOT / "po").glob("*.po"))

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (ROOT / "node_modules/@babel/parser").exists(),
    reason="the front end's packages are not installed: make build",
)


def run(command: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    argv = ["node", root / "tools/translations.mjs", command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_every_language_is_complete_and_says_what_the_sources_say() -> None:
    assert [path.stem for path in LANGUAGES] == ["de"]
    done = run("check")
    assert (done.returncode, done.stderr) == (0, ""), "node tools/translations.mjs update, then translate"


def test_a_new_text_is_missing_until_it_is_translated(tmp_path: Path) -> None:
    for folder in ("tools", "po", "plugins/lib"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("dist"))
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "plugins/lib/new.ts").write_text('export const say = () => _("Nobody has said this before");\n')
    assert 'missing: "Nobody has said this before" of plugins/lib/new.ts' in run("check", tmp_path).stderr
    assert run("update", tmp_path).returncode == 0
    said = run("check", tmp_path).stderr
    assert said == 'po/de.po: not translated: "Nobody has said this before" of plugins/lib/new.ts\n'
    po = tmp_path / "po/de.po"
    po.write_text(po.read_text().replace('before"\nmsgstr ""', 'before"\nmsgstr "Das hat noch niemand gesagt"'))
    assert run("check", tmp_path).returncode == 0


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_no_sentence_is_translated_into_itself(path: Path) -> None:
    same = re.findall(r'^msgid ("(?:.*)")\nmsgstr \1$', path.read_text(), re.MULTILINE)
    assert [text for text in same if " " in re.sub(r"\$\d", "", text[1:-1]).strip()] == []
