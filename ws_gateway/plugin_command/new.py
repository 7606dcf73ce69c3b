"""`pilothouse plugin new NAME`: a plugin that works, with a test that passes."""

import argparse
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import manifests
from bridge.protocol import JsonObject
from ws_gateway.terminal import complain, say

TEMPLATES = Path(__file__).parent / "templates"
LIBRARY = Path(manifests.__file__).parent.parent / "plugins/base1/dist"
SCHEMA = Path(manifests.__file__).parent / "schema.json"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `plugin new`."""
    parser.add_argument("name", metavar="NAME", help="the plugin's name, and that of its folder, made here")
    parser.add_argument("--backend", action="store_true", help="with a back end in Python")
    parser.add_argument("--typescript", action="store_true", help="with a page in TypeScript, which npm builds")


def run(options: argparse.Namespace) -> int:
    """Writes the folder; the exit status."""
    name = options.name
    if not _NAME.fullmatch(name):
        return complain(f"{name!r} is no name for a plugin: take letters, digits, _ and - (at most 60)")
    folder = Path(name)
    if folder.exists():
        return complain(f"there is a {folder} already")
    if options.typescript and not (LIBRARY / "rpc.d.mts").is_file():
        return complain("the client library is not built here: make build")
    words = _words(name)
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(_manifest(words, backend=options.backend), indent=4) + "\n")
    shutil.copy(SCHEMA, folder / ".schema.json")
    for template, target in _files(words["module"], name, backend=options.backend, typescript=options.typescript):
        (folder / target).parent.mkdir(exist_ok=True)
        (folder / target).write_text(_fill((TEMPLATES / f"{template}.template").read_text(), words))
    if options.typescript:
        _copy_library(folder / "pilothouse")
    _say_what_next(folder, typescript=options.typescript)
    return 0


def _words(name: str) -> dict[str, str]:
    parts = [part for part in re.split(r"[-_]+", name) if part]
    return {
        "name": name,
        "label": " ".join(parts).capitalize(),
        "class": "".join(part[0].upper() + part[1:] for part in parts),
        "module": name.replace("-", "_"),
        "payload": f"{name}1",
    }


def _manifest(words: dict[str, str], *, backend: bool) -> JsonObject:
    manifest: JsonObject = {
        "$schema": ".schema.json",
        "version": "1",
        "tools": {"index": {"label": words["label"]}},
    }
    if backend:
        manifest["backend"] = {"module": "backend", "payloads": [words["payload"]]}
    return manifest


def _files(module: str, name: str, *, backend: bool, typescript: bool) -> Iterator[tuple[str, str]]:
    """The templates and what they become."""
    kind = "-backend" if backend else ""
    yield f"index{kind}.html", "index.html"
    yield "pytest.ini", "pytest.ini"
    yield f"test_{'backend' if backend else 'page'}.py", f"test_{module}.py"
    if backend:
        yield "backend.py", "backend.py"
    if typescript:
        yield f"page{kind}.ts", f"src/{name}.ts"
        yield "package.json", "package.json"
        yield "tsconfig.json", "tsconfig.json"
    else:
        yield f"page{kind}.js", f"{name}.js"


def _fill(text: str, words: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda place: words[place[1]], text)


def _copy_library(target: Path) -> None:
    """The client library, which the page's bundle takes with it: so it runs on Cockpit as well."""
    shutil.copytree(LIBRARY, target, ignore=shutil.ignore_patterns("cockpit.js"))


def _say_what_next(folder: Path, *, typescript: bool) -> None:
    say(f"Made {folder}/. What is next:")
    if typescript:
        say(f"    (cd {folder} && npm install && npm run build)")
    say("    mkdir -p ~/.local/share/pilothouse/plugins")
    say(f"    ln -s {folder.resolve()} ~/.local/share/pilothouse/plugins/")
    say("    pilothouse serve --reload")
    say("and, where 'pilothouse[testing]' is installed:")
    say(f"    pytest {folder}")
