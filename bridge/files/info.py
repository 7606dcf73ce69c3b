"""The value that `fsinfo` publishes, and the merge patches that bring a client to it (reference 2.11)."""

import errno
import fnmatch
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from bridge.files.attributes import AttributeReader
from bridge.protocol import JsonObject
from manifests import merge

PIECE = 512
"""Entries in one message; what has more comes in pieces, `partial` until the last."""
_PROBLEMS = {
    errno.ENOENT: "not-found",
    errno.EPERM: "access-denied",
    errno.EACCES: "access-denied",
    errno.ENOTDIR: "not-directory",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client wants to know of what is at `path`: `attrs`, and of which entries."""

    path: str
    attrs: frozenset[str]
    pattern: str
    """As in a shell; "" for no entries."""
    follow: bool = True


class PublishedInfo:
    """What the client knows. Every method looks at the file, and returns the patches that the client needs then.

    Looking may wait for disks: call it in a thread, one call at a time.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._reader = AttributeReader(request.attrs)
        self._matches = re.compile(fnmatch.translate(request.pattern)).match
        self._value: JsonObject = {}

    def reset(self) -> list[JsonObject]:
        """The patches to what is there now, something else than before."""
        old, self._value = self._value, self._read()
        removed: JsonObject = dict.fromkeys(old)
        pieces = _pieces(self._value)
        if not old.keys() & self._value.keys():
            pieces[0] = removed | pieces[0]
        else:
            pieces.insert(0, removed)
        if len(pieces) > 1:
            pieces[0]["partial"] = True
            pieces[-1]["partial"] = None
        return pieces

    def update(self, names: set[str] | None) -> list[JsonObject]:
        """The patches after a change of the entries `names`, "" for the thing itself, None for whatever there is."""
        old = self._value.get("info")
        if old is None:
            return []
        if names is None:
            before, self._value = self._value, self._read()
            patch = merge.diff(before, self._value)
            return [patch] if patch else []
        try:
            fd = self._open()
        except OSError:
            # The watch will tell that it has gone.
            return []
        try:
            patch = self._update(fd, old, names)
        finally:
            os.close(fd)
        return [{"info": patch}] if patch else []

    def _update(self, fd: int, old: JsonObject, names: set[str]) -> JsonObject:
        before = {name: value for name, value in old.items() if name not in ("entries", "targets")}
        after = self._reader.of_open(fd)
        patch: JsonObject = merge.diff(before, after)
        info = dict(after)
        if "entries" in old:
            entries = old["entries"]
            fresh = self._entries(fd, names - {""})
            known = {name: entries[name] for name in names if name in entries}
            changes = merge.diff(known, fresh)
            if changes:
                patch["entries"] = changes
                entries = merge.apply(entries, changes)
            info["entries"] = entries
        if "targets" in old:
            info["targets"] = self._targets(fd, info.get("entries", {}))
            changes = merge.diff(old["targets"], info["targets"])
            if changes:
                patch["targets"] = changes
        self._value = {"info": info}
        return patch

    def _open(self) -> int:
        flags = os.O_PATH | os.O_CLOEXEC | (0 if self._request.follow else os.O_NOFOLLOW)
        return os.open(self._request.path, flags)

    def _read(self) -> JsonObject:
        try:
            fd = self._open()
        except OSError as exc:
            return {"error": _error(exc.errno or errno.EIO)}
        try:
            info = self._reader.of_open(fd)
            entries = self._listing(fd) if self._request.pattern else None
            if entries is not None:
                info["entries"] = entries
            if "targets" in self._request.attrs:
                info["targets"] = self._targets(fd, entries or {})
        finally:
            os.close(fd)
        return {"info": info}

    def _listing(self, fd: int) -> dict[str, JsonObject] | None:
        try:
            names = os.listdir(f"/proc/self/fd/{fd}")  # noqa: PTH208
        except OSError:
            return None
        return self._entries(fd, names)

    def _entries(self, fd: int, names: Iterable[str]) -> dict[str, JsonObject]:
        found = ((name, self._reader.of_entry(fd, name)) for name in names if self._matches(name))
        return {name: attributes for name, attributes in found if attributes is not None}

    def _targets(self, fd: int, entries: dict[str, JsonObject]) -> dict[str, JsonObject]:
        """What links lead to, if that is not told already, as an entry or as the directory itself."""
        names = {entry["target"] for entry in entries.values() if "target" in entry} - {"."}
        strange = sorted(name for name in names if name == ".." or "/" in name or not self._matches(name))
        found = ((name, self._reader.of_entry(fd, name, follow=True)) for name in strange)
        return {name: attributes for name, attributes in found if attributes is not None}


def _error(number: int) -> JsonObject:
    return {
        "problem": _PROBLEMS.get(number, "internal-error"),
        "message": os.strerror(number),
        "errno": errno.errorcode.get(number, str(number)),
    }


def _pieces(value: JsonObject) -> list[JsonObject]:
    entries = value.get("info", {}).get("entries", {})
    if len(entries) <= PIECE:
        return [dict(value)]
    rest = iter(entries.items())
    pieces: list[JsonObject] = [{"info": value["info"] | {"entries": dict(islice(rest, PIECE))}}]
    while some := dict(islice(rest, PIECE)):
        pieces.append({"info": {"entries": some}})
    return pieces
