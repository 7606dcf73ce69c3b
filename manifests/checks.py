"""Everything that is wrong with a plugin's folder, at once, for its author."""

import ast
import difflib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manifests import conditions, overrides, page_markup
from manifests.grammar import MANIFEST, NAME
from manifests.model import Manifest, ManifestError, parse
from manifests.page_files import stored_names
from manifests.payloads import BUILT_IN_PAYLOADS
from manifests.reading import UnreadableError
from manifests.shapes import Shape, member, text
from manifests.trust import distrust, leads_out, walk

_CLOSE = 0.75
"""How alike a name must be to a known one to be taken for a slip of the pen."""
_name = text(NAME, "a name of letters, digits, _ and - (at most 64)")


@dataclass(slots=True)
class Findings:
    """What is to be said: `mistakes` keep something from working, `hints` may be meant so.

    Each begins with where it is: a key's path in the manifest, or a file's and a line.
    """

    mistakes: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def check_plugin(folder: Path) -> Findings:
    """Look at the plugin in `folder`, which is not changed and none of whose code is run."""
    found = Findings()
    try:
        if not folder.is_dir():
            found.mistakes.append("there is no such folder")
            return found
        _check_files(folder, found)
        raw = overrides.load(str(folder), overrides.ConfigFolders([], ""))
    except (UnreadableError, OSError) as exc:
        found.mistakes.append(str(exc).removeprefix(f"{folder}/"))
        return found
    if raw is None:
        found.mistakes.append('manifest.json: is missing; the least there can be is {"version": "1"}')
        return found
    _check_known(MANIFEST, raw, "", found)
    if "name" not in raw:
        _name.check(folder.resolve().name, "name: is missing, and the folder's name", found.mistakes)
    try:
        manifest = parse(raw, "")
    except ManifestError as exc:
        found.mistakes.extend(exc.mistakes)
        return found
    _check_conditions(manifest, found)
    _check_backend(folder, manifest, found)
    _check_pages(folder, manifest, found)
    return found


def _check_files(folder: Path, found: Findings) -> None:
    reason = distrust(str(folder), {0, os.getuid()})
    if reason:
        found.mistakes.append(f"the folder {reason}, and is refused")
    root = os.path.realpath(folder)
    for path in walk(root):
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            if leads_out(path, root):
                found.mistakes.append(f"{os.path.relpath(path, root)}: is a link out of the folder, and is refused")
        elif status.st_mode & stat.S_IWOTH:
            found.mistakes.append(f"{os.path.relpath(path, root)}: can be written by everybody, and is refused")


def _check_known(shape: Shape, value: Any, path: str, found: Findings) -> None:
    """Members that nobody knows: a mistake where one of nearly that name is known, otherwise a hint."""
    if shape.members is not None and type(value) is dict:
        for name, inner in value.items():
            known = shape.members.get(name)
            if known is not None:
                _check_known(known, inner, member(path, name), found)
                continue
            close = difflib.get_close_matches(name, shape.members, 1, _CLOSE)
            if close:
                found.mistakes.append(f"{member(path, name)}: is not known; must it be {close[0]!r}?")
            else:
                found.hints.append(f"{member(path, name)}: is not known, and left alone")
    elif shape.item is not None and type(value) is dict:
        for name, inner in value.items():
            _check_known(shape.item, inner, member(path, name), found)
    elif shape.item is not None and type(value) is list:
        for index, inner in enumerate(value):
            _check_known(shape.item, inner, f"{path}[{index}]", found)


def _check_conditions(manifest: Manifest, found: Findings) -> None:
    reason = conditions.unsatisfied(manifest.requires)
    if reason:
        found.mistakes.append(f"requires: the plugin is left out, because it {reason}")
    for name in conditions.unknown(manifest.conditions):
        found.hints.append(f"conditions: {name!r} is not known, and taken as met")
    condition = conditions.unmet(manifest.conditions)
    if condition:
        found.hints.append(f"conditions: the plugin is hidden on this machine: {condition}")


def _check_backend(folder: Path, manifest: Manifest, found: Findings) -> None:
    backend = manifest.backend
    if backend is None:
        return
    for index, payload in enumerate(backend.payloads):
        if payload in BUILT_IN_PAYLOADS:
            found.mistakes.append(f"backend.payloads[{index}]: {payload!r} is built in; must be a name of its own")
    stem = backend.module.replace(".", "/")
    file = next((name for name in (f"{stem}.py", f"{stem}/__init__.py") if (folder / name).is_file()), None)
    if file is None:
        found.mistakes.append(f"backend.module: there is no file {f'{stem}.py'!r} in the folder")
        return
    try:
        ast.parse((folder / file).read_bytes(), file)
    except (SyntaxError, ValueError) as exc:
        line = getattr(exc, "lineno", None) or 1
        found.mistakes.append(f"{file}:{line}: is not Python: {getattr(exc, 'msg', exc)}")


def _check_pages(folder: Path, manifest: Manifest, found: Findings) -> None:
    pages = {}
    for path, page in _pages_of(manifest):
        stored = _stored(folder, page)
        if stored is None:
            found.mistakes.append(f"{path}: there is no page {page!r} in the folder")
        elif stored.suffix == ".html":
            pages[page] = stored
    inline = "'unsafe-inline'" in manifest.content_security_policy
    for page, stored in pages.items():
        for finding in page_markup.look_at(stored.read_text(errors="replace"), inline=inline):
            beside = str(Path(page).parent / finding.file)
            if not finding.file or _stored(folder, beside) is None:
                found.mistakes.append(f"{page}:{finding.line}: {finding.sentence}")


def _pages_of(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Where the manifest names pages, and their paths in the folder."""
    for group in ("menu", "tools", "dashboard"):
        for entry in getattr(manifest, group):
            yield f"{group}.{entry.name}.path", entry.path.partition("#")[0].partition("?")[0]
    for index, page in enumerate(manifest.preload):
        yield f"preload[{index}]", page if page.endswith(".html") else f"{page}.html"


def _stored(folder: Path, page: str) -> Path | None:
    """The file that answers for a page, if it lies in the folder."""
    for name, compressed in stored_names(page):
        file = folder / (f"{name}.gz" if compressed else name)
        if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
            return file
    return None
