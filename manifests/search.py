"""Where packages are looked for, and which of them are taken.

A place is a folder of packages, or one package. Of several packages of one name the one with the highest priority whose
requirements and conditions hold is taken; of equals the one found earlier.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import manifests
from manifests import conditions, overrides
from manifests.grammar import NAME
from manifests.model import PRIORITY, Manifest, ManifestError, parse
from manifests.reading import UnreadableError
from manifests.shapes import text
from manifests.trust import distrust

BUILT_IN = f"{os.path.dirname(os.path.dirname(manifests.__file__))}/plugins"
"""The folder of the packages that come with the program."""
BUILT_IN_PRIORITY = 10
PLUGIN_PATH = "PILOTHOUSE_PLUGIN_PATH"
RELOAD = "PILOTHOUSE_RELOAD"
"""With 1 in this variable packages are being edited: changes count at once, and nothing is kept."""
ENTRIES_MAX = 1000
"""Packages looked at in one folder."""

_name = text(NAME, "a package's name")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of packages or, if `single`, of one; `trusted` packages come with the program itself."""

    folder: str
    single: bool = False
    trusted: bool = False
    origin: str = "system"
    """Whose it is: the `user`'s, the `system`'s, `built-in`, `named` by the environment, or `installed` in our venv."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package: `rank` is its position in the search order, 0 first; `origin` is its place's."""

    name: str
    directory: str
    manifest: Manifest
    priority: float
    built_in: bool
    rank: int
    origin: str = "system"


@dataclass(frozen=True, slots=True)
class Refused:
    """A package, or place, that is not taken, and why. It is no `fault` where it is only not for this machine."""

    path: str
    reason: str
    fault: bool = True


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found: packages by name, in the names' order; what was refused; warnings about what was taken.

    `shadowed` are packages that would be taken were there not another of their name.
    """

    packages: dict[str, Package]
    refused: tuple[Refused, ...]
    warnings: tuple[str, ...]
    shadowed: tuple[Package, ...] = ()


def search_path(environ: Mapping[str, str], *, privileged: bool = False) -> list[Place]:
    """The places for this environment, first one first. A privileged process asks no environment and no user."""
    if privileged:
        return list(_places(None, ["/usr/local/share", "/usr/share"]))
    if environ.get(PLUGIN_PATH):
        return list(_listed(environ[PLUGIN_PATH]))
    home = environ.get("XDG_DATA_HOME", "")
    if not home.startswith("/"):
        home = f"{environ['HOME']}/.local/share" if environ.get("HOME", "").startswith("/") else ""
    shared = [name for name in environ.get("XDG_DATA_DIRS", "").split(":") if name.startswith("/")]
    return list(_places(home or None, shared or ["/usr/local/share", "/usr/share"]))


def _places(home: str | None, shared: list[str]) -> Iterator[Place]:
    for folder in ("pilothouse/plugins", "cockpit"):
        if home:
            yield Place(f"{home}/{folder}", origin="user")
        for data in shared if folder == "cockpit" else ["/etc", *shared]:
            yield Place(f"{data}/{folder}")
        if folder != "cockpit":
            yield Place(BUILT_IN, trusted=True, origin="built-in")


def _listed(value: str) -> Iterator[Place]:
    entries = iter(value.split(":"))
    for entry in entries:
        if entry == "builtin":
            name = os.path.basename(next(entries, ""))
            yield Place(f"{BUILT_IN}/{name}", single=True, trusted=True, origin="built-in")
        elif entry:
            folder = entry.rstrip("/")
            yield Place(folder, single=os.path.isfile(f"{folder}/manifest.json"), origin="named")


def discover(environ: Mapping[str, str], *, extra: Iterable[str] = (), privileged: bool = False) -> Discovery:
    """The packages of the search path and of the folders `extra`, each a package, which come after it."""
    places = search_path(environ, privileged=privileged)
    places.extend(Place(folder, single=True, origin="installed") for folder in extra)
    return _Search(overrides.config_folders(environ, privileged=privileged), privileged).run(places)


class _Search:
    def __init__(self, config: overrides.ConfigFolders, privileged: bool) -> None:
        self._config = config
        self._owners = {0} if privileged else {0, os.getuid()}
        self._privileged = privileged
        self._refused: list[Refused] = []
        self._warnings: list[str] = []
        self._shadowed: list[Package] = []

    def run(self, places: Iterable[Place]) -> Discovery:
        candidates: dict[str, list[Package]] = {}
        rank = 0
        for place in places:
            for folder in self._folders(place):
                package = self._load(folder, place, rank)
                if package:
                    rank += 1
                    candidates.setdefault(package.name, []).append(package)
        chosen = {name: self._choose(candidates[name]) for name in sorted(candidates)}
        packages = {name: package for name, package in chosen.items() if package}
        return Discovery(packages, tuple(self._refused), tuple(self._warnings), tuple(self._shadowed))

    def _folders(self, place: Place) -> list[str]:
        """The folders of one place that may be packages."""
        try:
            if not place.folder.startswith("/"):
                return self._refuse(place.folder, "is not an absolute path")
            if place.single:
                if not os.path.exists(f"{place.folder}/manifest.json"):
                    return self._refuse(place.folder, "there is no manifest.json in it")
                return [place.folder]
            with os.scandir(place.folder) as entries:
                names = sorted(entry.name for entry in entries if entry.name[0] not in "._")
            reason = None if place.trusted else self._distrust(place.folder)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as exc:
            return self._refuse(place.folder, f"cannot be read: {exc.strerror}")
        if reason:
            return self._refuse(place.folder, reason)
        if len(names) > ENTRIES_MAX:
            self._refuse(place.folder, f"holds too much; what comes after {names[ENTRIES_MAX - 1]} is left out")
        return [f"{place.folder}/{name}" for name in names[:ENTRIES_MAX]]

    def _load(self, folder: str, place: Place, rank: int) -> Package | None:
        """The package in one folder; None where there is none, or it was refused."""
        try:
            if not os.path.isdir(folder):
                if os.path.islink(folder) and not os.path.exists(folder):
                    self._refuse(folder, "is a link to nothing")
                return None
            raw = overrides.load(folder, self._config)
            if raw is None:
                return None
            reason = None if place.trusted else self._distrust(folder)
            if reason:
                self._refuse(folder, reason)
                return None
            return self._named(folder, parse(raw, f"{folder}/manifest.json"), place, rank)
        except (UnreadableError, ManifestError) as exc:
            self._refuse(folder, str(exc))
        except OSError as exc:
            self._refuse(folder, f"cannot be read: {exc.strerror}")
        return None

    def _named(self, folder: str, manifest: Manifest, place: Place, rank: int) -> Package | None:
        name = manifest.name or os.path.basename(folder)
        mistakes: list[str] = []
        _name.check(name, "the folder's name", mistakes)
        if mistakes:
            self._refuse(folder, f"{mistakes[0]}, or the manifest must have a 'name'")
            return None
        priority = manifest.priority
        if priority is None:
            priority = BUILT_IN_PRIORITY if place.trusted else PRIORITY
        return Package(name, folder, manifest, priority, place.trusted, rank, place.origin)

    def _choose(self, candidates: list[Package]) -> Package | None:
        """The first that is for this machine, the ones of higher priority before others; the rest is shadowed."""
        ordered = sorted(candidates, key=lambda package: -package.priority)
        for position, package in enumerate(ordered):
            reason = conditions.unsatisfied(package.manifest.requires)
            if reason:
                self._refuse(package.directory, reason)
                continue
            condition = conditions.unmet(package.manifest.conditions)
            if condition:
                self._refuse(package.directory, f"is not for this machine: {condition}", fault=False)
                continue
            self._warnings.extend(
                f"{package.directory}: the condition {name!r} is not known and taken as met"
                for name in conditions.unknown(package.manifest.conditions)
            )
            self._shadowed.extend(ordered[position + 1 :])
            return package
        return None

    def _refuse(self, path: str, reason: str, *, fault: bool = True) -> list[str]:
        self._refused.append(Refused(path, reason, fault))
        return []

    def _distrust(self, folder: str) -> str | None:
        """Why what is in `folder` may be somebody else's doing: only root and we ourselves may write there."""
        return distrust(folder, self._owners, privileged=self._privileged)
