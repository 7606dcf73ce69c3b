"""The files of `/machines`: reading, changing and watching them."""

import asyncio
import json
import logging
import os
import re
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from bridge.files.path_watch import PathWatch
from bridge.protocol import JsonObject, Problem, decode_json
from bridge.system_text import unicode
from manifests.bounded_file import read_bounded

log = logging.getLogger(__name__)

FILES_MAX = 100
"""Files of one folder that are read."""
HOSTS_MAX = 1000
"""Hosts of one file."""
_FILE_MAX = 256 * 1024
_INTEGERS = range(-(2**31), 2**31)
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}\.json")

Machines = dict[str, JsonObject]
"""The attributes of each host: strings, booleans, integers."""

_changing = threading.Lock()


def folders_of(environ: Mapping[str, str], *, privileged: bool) -> list[Path]:
    """Where the files are; what a later folder says of a host counts more, and the last is written to."""
    listed = [] if privileged else environ.get("XDG_CONFIG_DIRS", "").split(":")
    etc = next((Path(name) for name in listed if name.startswith("/")), Path("/etc"))
    return [etc / "cockpit/machines.d", etc / "pilothouse/machines.d"]


def read_machines(folders: list[Path]) -> Machines:
    """All hosts: of each attribute the value of the last file, by name, that has it. Files that are none are logged."""
    machines: Machines = {}
    for file in [file for folder in folders for file in _files(folder)]:
        try:
            found = _read(file)
        except (OSError, Problem) as exc:
            log.warning("%s was not read: %s", file, exc)
            continue
        for host, attributes in found.items():
            machines.setdefault(host, {}).update(attributes)
    return machines


def update_machine(folder: Path, name: str, host: str, attributes: JsonObject) -> None:
    """Set attributes of `host` in a file, which is made if need be; OSError, and Problem for one that is broken."""
    if not _NAME.fullmatch(name):
        raise Problem("protocol-error", f"not the name of a file of machines: {name!r:.80}")
    file = folder / name
    wrong = [attribute for attribute, value in attributes.items() if not _is_attribute(value)]
    if wrong:
        raise Problem("protocol-error", f"the attribute {wrong[0]!r:.80} is neither a string, a boolean nor an integer")
    with _changing:
        try:
            machines = _read(file)
        except FileNotFoundError:
            machines = {}
        machines.setdefault(host, {}).update(attributes)
        content = json.dumps(machines, indent=2).encode() + b"\n"
        if len(machines) > HOSTS_MAX or len(content) > _FILE_MAX:
            raise Problem("too-large", f"{name} would have more than {HOSTS_MAX} hosts or {_FILE_MAX} bytes")
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _replace(file, content)


def _files(folder: Path) -> list[Path]:
    try:
        names = sorted(file.name for file in folder.iterdir() if _NAME.fullmatch(file.name))
    except OSError:
        return []
    if len(names) > FILES_MAX:
        log.warning("%s holds too much; what comes after %s is left out", folder, names[FILES_MAX - 1])
    return [folder / name for name in names[:FILES_MAX]]


def _read(file: Path) -> Machines:
    raw = decode_json(read_bounded(file, _FILE_MAX))
    if type(raw) is not dict or not all(type(attributes) is dict for attributes in raw.values()):
        raise Problem("protocol-error", "not an object of objects")
    return {
        unicode(host): {unicode(name): value for name, value in attributes.items() if _is_attribute(value)}
        for host, attributes in list(raw.items())[:HOSTS_MAX]
    }


def _is_attribute(value: object) -> bool:
    return type(value) in (str, bool) or (type(value) is int and value in _INTEGERS)


def _replace(file: Path, content: bytes) -> None:
    fd, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(fd, "wb") as stream:
            os.fchmod(fd, 0o644)
            stream.write(content)
            stream.flush()
            os.fsync(fd)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class MachinesWatch:
    """Watches the folders, from `start` to `stop`; `changed` is called with what there is after each change."""

    def __init__(self, folders: list[Path], changed: Callable[[Machines], None]) -> None:
        self._folders = folders
        self._changed = changed
        self._watches: list[PathWatch] = []
        self._reading: asyncio.Future[Machines] | None = None
        self._is_stale = False

    def start(self) -> None:
        """Begin; a folder that cannot be watched is logged."""
        for folder in self._folders:
            watch = PathWatch(str(folder), _Events(self.look, folder))
            try:
                watch.__enter__()
            except Problem as problem:
                log.warning("changes of %s are not seen: %s", folder, problem.message)
            else:
                self._watches.append(watch)

    def stop(self) -> None:
        """End; `changed` is not called any more."""
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.__exit__(None, None, None)

    def look(self) -> None:
        """Read the files anew."""
        if self._reading is not None:
            self._is_stale = True
            return
        self._is_stale = False
        self._reading = asyncio.get_running_loop().run_in_executor(None, read_machines, self._folders)
        self._reading.add_done_callback(self._looked)

    def _looked(self, reading: "asyncio.Future[Machines]") -> None:
        self._reading = None
        if reading.cancelled() or not self._watches:
            return
        self._changed(reading.result())
        if self._is_stale:
            self.look()


class _Events:
    """Passes on that something happened in a folder."""

    def __init__(self, look: Callable[[], None], folder: Path) -> None:
        self._look = look
        self._folder = folder

    def replaced(self) -> None:
        self._look()

    def changed(self, mask: int, name: str) -> None:
        self._look()

    def failed(self, problem: Problem) -> None:
        log.warning("changes of %s are not seen any more: %s", self._folder, problem.message)
