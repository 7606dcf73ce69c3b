"""Where packages are looked for, and which of them are taken.

A place is a folder of packages, or one package. Of several packages of one name the one with the highest priority whose
requirements and conditions hold is taken; of equals the one found earlier.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import manifests
from manifests import conditions, overrides
from manifests.grammar import NAME
from manifests.model import PRIORITY, Manifest, ManifestError, parse
from manifests.reading import UnreadableError
from manifests.shapes import text

BUILT_IN = f"{os.path.dirname(os.path.dirname(manifests.__file__))}/plugins"
"""The folder of the packages that come with the program."""
BUILT_IN_PRIORITY = 10
PLUGIN_PATH = "PILOTHOUSE_PLUGIN_PATH"
ENTRIES_MAX = 1000
"""Packages looked at in one folder."""

_name = text(NAME, "a package's name")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of packages or, if `single`, of one; `trusted` packages come with the program itself."""

    folder: str
    single: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """A package that is taken: `rank` is its position in the search order, 0 first."""

    name: str
    directory: str
    manifest: Manifest
    priority: float
    built_in: bool
    rank: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A package, or place, that is not taken, and why. It is no `fault` where it is only not for this machine."""

    path: str
    reason: str
    fault: bool = True


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found: packages by name, in the names' order; what was refused; and warnings about what was taken."""

    packages: dict[str, Package]
    refused: tuple[Refused, ...]
    warnings: tuple[str, ...]


def search_path(environ: Mapping[str, str], *, privileged: bool = False) -> list[Place]:
    """The places for this environment, first one first. A privileged process asks no environment and no user."""
    if privileged:
        return _places(None, ["/usr/local/share", "/usr/share"])
    if environ.get(PLUGIN_PATH):
        return list(_listed(environ[PLUGIN_PATH]))
    home = environ.get("XDG_DATA_HOME", "")
    if not home.startswith("/"):
        home = f"{environ['HOME']}/.local/share" if environ.get("HOME", "").startswith("/") else ""
    shared = [name for name in environ.get("XDG_DATA_DIRS", "").split(":") if name.startswith("/")]
    return _places(home or None, shared or ["/usr/local/share", "/usr/share"])


def _places(home: str | None, shared: list[str]) -> list[Place]:
    own = [home] if home else []
    return [
        *(Place(f"{data}/pilothouse/plugins") for data in [*own, "/etc", *shared]),
        Place(BUILT_IN, trusted=True),
        *(Place(f"{data}/cockpit") for data in [*own, *shared]),
    ]


def _listed(value: str) -> Iterator[Place]:
    entries = iter(value.split(":"))
    for entry in entries:
        if entry == "builtin":
            yield Place(f"{BUILT_IN}/{os.path.basename(next(entries, ''))}", single=True, trusted=True)
        elif entry:
            folder = entry.rstrip("/")
            yield Place(folder, single=os.path.isfile(f"{folder}/manifest.json"))


def discover(environ: Mapping[str, str], *, extra: Iterable[str] = (), privileged: bool = False) -> Discovery:
    """The packages of the search path and of the folders `extra`, each a package, which come after it."""
    return _Search(overrides.config_folders(environ, privileged=privileged), privileged).run(
        [*search_path(environ, privileged=privileged), *(Place(folder, single=True) for folder in extra)]
    )


class _Search:
    def __init__(self, config: overrides.ConfigFolders, privileged: bool) -> None:
        self._config = config
        self._owners = {0} if privileged else {0, os.getuid()}
        self._privileged = privileged
        self._refused: list[Refused] = []
        self._warnings: list[str] = []

    def run(self, places: Iterable[Place]) -> Discovery:
        candidates: dict[str, list[Package]] = {}
        rank = 0
        for place in places:
            for folder in self._folders(place):
                package = self._load(folder, place.trusted, rank)
                if package:
                    rank += 1
                    candidates.setdefault(package.name, []).append(package)
        chosen = {name: self._choose(candidates[name]) for name in sorted(candidates)}
        packages = {name: package for name, package in chosen.items() if package}
        return Discovery(packages, tuple(self._refused), tuple(self._warnings))

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

    def _load(self, folder: str, trusted: bool, rank: int) -> Package | None:
        """The package in one folder; None where there is none, or it was refused."""
        try:
            if not os.path.isdir(folder):
                if os.path.islink(folder) and not os.path.exists(folder):
                    self._refuse(folder, "is a link to nothing")
                return None
            raw = overrides.load(folder, self._config)
            if raw is None:
                return None
            reason = None if trusted else self._distrust(folder)
            if reason:
                self._refuse(folder, reason)
                return None
            return self._named(folder, parse(raw, f"{folder}/manifest.json"), trusted, rank)
        except (UnreadableError, ManifestError) as exc:
            self._refuse(folder, str(exc))
        except OSError as exc:
            self._refuse(folder, f"cannot be read: {exc.strerror}")
        return None

    def _named(self, folder: str, manifest: Manifest, trusted: bool, rank: int) -> Package | None:
        name = manifest.name or os.path.basename(folder)
        mistakes: list[str] = []
        _name.check(name, "the folder's name", mistakes)
        if mistakes:
            self._refuse(folder, f"{mistakes[0]}, or the manifest must have a 'name'")
            return None
        priority = manifest.priority
        if priority is None:
            priority = BUILT_IN_PRIORITY if trusted else PRIORITY
        return Package(name, folder, manifest, priority, trusted, rank)

    def _choose(self, candidates: list[Package]) -> Package | None:
        for package in sorted(candidates, key=lambda package: -package.priority):
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
            return package
        return None

    def _refuse(self, path: str, reason: str, *, fault: bool = True) -> list[str]:
        self._refused.append(Refused(path, reason, fault))
        return []

    def _distrust(self, folder: str) -> str | None:
        """Why what is in `folder` may be somebody else's doing: only root and we ourselves may write there."""
        status = os.stat(folder)
        if status.st_uid not in self._owners:
            return f"belongs to another user (uid {status.st_uid})"
        if status.st_mode & stat.S_IWOTH:
            return "can be written by everybody"
        if not self._privileged:
            return None
        if status.st_mode & stat.S_IWGRP:
            return "can be written by a group"
        return next(filter(None, map(_exposure, _parents(os.path.realpath(folder)))), None)


def _parents(folder: str) -> Iterator[str]:
    while folder != "/":
        folder = os.path.dirname(folder)
        yield folder


def _exposure(parent: str) -> str | None:
    """Why a privileged process must not believe in what lies below `parent`."""
    status = os.stat(parent)
    if status.st_uid != 0:
        return f"lies in {parent}, which belongs to another user (uid {status.st_uid})"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX:
        return f"lies in {parent}, which others can write to"
    return None
