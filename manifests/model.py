"""A manifest: what a package says about itself, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from manifests.grammar import MANIFEST
from manifests.shapes import MISTAKES_MAX

JsonObject = dict[str, Any]

PRIORITY = 1
"""The priority of a manifest that names none."""
ORDER = 1000
"""The order of a menu entry that names none."""
MEMORY = 512
"""MiB for the process of a back end that names none."""


class ManifestError(Exception):
    """A manifest that cannot be used: `where` it was read from and every mistake, each with its key's path."""

    def __init__(self, where: str, mistakes: tuple[str, ...]) -> None:
        super().__init__(where, mistakes)
        self.where = where
        self.mistakes = mistakes

    def __str__(self) -> str:
        return f"{self.where}: {'; '.join(self.mistakes)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. `any` is met when one of `alternatives` is; a predicate on files looks at `path`."""

    predicate: str
    path: str = ""
    alternatives: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class BridgeConfig:
    """Another program that takes the channels which `match`: every member is there and equal, or null for any value."""

    match: JsonObject
    spawn: tuple[str, ...]
    environ: tuple[str, ...]
    privileged: bool
    label: str | None
    problem: str | None
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Backend:
    """The plugin's Python back end: the `module` in its folder that takes the channels of these `payloads`."""

    module: str
    payloads: tuple[str, ...]
    memory: int = MEMORY
    """MiB of data that its process may have."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words that find an entry in the navigation's search."""

    matches: tuple[str, ...]
    goto: str
    weight: float
    translate: bool


@dataclass(frozen=True, slots=True)
class Docs:
    """A link to documentation."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation: `name` is its key in the manifest, `path` the page in the package's folder."""

    name: str
    label: str
    path: str
    order: float
    docs: tuple[Docs, ...]
    keywords: tuple[Keyword, ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """The entry under which a page without one of its own is shown."""

    component: str
    docs: tuple[Docs, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as its file and the overrides say it; `name` and `priority` are None where it names none.

    `raw` is the JSON that pages see; it is not to be modified.
    """

    name: str | None
    version: str
    priority: float | None
    requires: Mapping[str, str]
    conditions: tuple[Condition, ...]
    content_security_policy: str
    bridges: tuple[BridgeConfig, ...]
    backend: Backend | None
    menu: tuple[Entry, ...]
    tools: tuple[Entry, ...]
    dashboard: tuple[Entry, ...]
    preload: tuple[str, ...]
    prestart: tuple[str, ...]
    """Payloads whose back ends start when a page of the package is asked for."""
    parent: Parent | None
    locales: Mapping[str, str]
    docs: tuple[Docs, ...]
    raw: JsonObject = field(compare=False, repr=False)


def parse(raw: Any, where: str) -> Manifest:
    """The manifest that the JSON value `raw`, read from `where`, is; ManifestError with all its mistakes otherwise."""
    mistakes: list[str] = []
    MANIFEST.check(raw, "", mistakes)
    if mistakes:
        raise ManifestError(where, tuple(mistakes[:MISTAKES_MAX]))
    return Manifest(
        name=raw.get("name"),
        version=str(raw.get("version", "")),
        priority=raw.get("priority"),
        requires=raw.get("requires", {}),
        conditions=_conditions(raw.get("conditions", [])),
        content_security_policy=raw.get("content-security-policy", ""),
        bridges=tuple(map(_bridge, raw.get("bridges", ()))),
        backend=_backend(raw["backend"]) if "backend" in raw else None,
        menu=_entries(raw.get("menu", {})),
        tools=_entries(raw.get("tools", {})),
        dashboard=_entries(raw.get("dashboard", {})),
        preload=tuple(raw.get("preload", ())),
        prestart=tuple(raw.get("prestart", ())),
        parent=_parent(raw["parent"]) if "parent" in raw else None,
        locales=raw.get("locales", {}),
        docs=_docs(raw),
        raw=raw,
    )


def _conditions(raw: list[JsonObject]) -> tuple[Condition, ...]:
    return tuple(_condition(*item) for entry in raw for item in entry.items())


def _condition(predicate: str, argument: Any) -> Condition:
    if predicate == "any":
        return Condition(predicate, alternatives=_conditions(argument))
    return Condition(predicate, path=argument if type(argument) is str else "")


def _bridge(raw: JsonObject) -> BridgeConfig:
    return BridgeConfig(
        match=raw.get("match", {}),
        spawn=tuple(raw.get("spawn", ())),
        environ=tuple(raw.get("environ", ())),
        privileged=raw.get("privileged", False),
        label=raw.get("label"),
        problem=raw.get("problem"),
        timeout=raw.get("timeout"),
    )


def _backend(raw: JsonObject) -> Backend:
    return Backend(raw["module"], tuple(raw["payloads"]), int(raw.get("memory", MEMORY)))


def _parent(raw: JsonObject) -> Parent:
    return Parent(raw.get("component", ""), _docs(raw))


def _entries(raw: Mapping[str, JsonObject]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            name=name,
            label=entry.get("label", ""),
            path=entry.get("path", f"{name}.html"),
            order=entry.get("order", ORDER),
            docs=_docs(entry),
            keywords=tuple(map(_keyword, entry.get("keywords", ()))),
        )
        for name, entry in raw.items()
    )


def _keyword(raw: JsonObject) -> Keyword:
    return Keyword(tuple(raw["matches"]), raw.get("goto", ""), raw.get("weight", 3), raw.get("translate", True))


def _docs(raw: JsonObject) -> tuple[Docs, ...]:
    return tuple(Docs(entry["label"], entry["url"]) for entry in raw.get("docs", ()))
