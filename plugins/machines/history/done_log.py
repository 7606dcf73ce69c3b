"""What was done to the machines of a connection through this console: a bounded SQLite file of whose rights did it.

With root's rights that is root's, whoever asked for them, so an entry says who that was. All of it blocks.
"""

import json
import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.protocol import JsonObject
from plugins.machines.history.history_store import path_of

if TYPE_CHECKING:
    import sqlite3

ENTRIES_MAX = 10_000
"""Entries of one connection; the oldest go first."""
TOLD_MAX = 200
"""Entries of one machine that are told, the newest first."""
TEXT_MAX = 500
"""Characters of one text of an entry."""
BUSY = 5.0
"""Seconds to wait for another process that writes."""

_TOLD = frozenset({"name", "snapshot", "storage", "on", "add", "remove", "tags", "memory", "children", "force", "made"})
"""The parameters that are kept: what was typed into a machine or its XML is nobody's business."""
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS done (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, machine TEXT NOT NULL, method TEXT NOT NULL,
        params TEXT NOT NULL, failure TEXT NOT NULL, person TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS by_machine ON done (machine, number);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, or failed (then `failure` is the sentence)."""

    at: float
    """Seconds since 1970."""
    machine: str
    """The machine's key."""
    method: str
    params: Mapping[str, Any]
    failure: str = ""
    person: str = ""

    def as_answer(self) -> JsonObject:
        """What pages are told."""
        return {
            "at": self.at,
            "method": self.method,
            "params": dict(self.params),
            "failure": self.failure,
            "person": self.person,
        }


def log_path(uri: str, environ: Mapping[str, str]) -> Path:
    """The file of a connection."""
    history = path_of(uri, environ)
    return history.with_name(f"{history.stem}-done.sqlite")


def person_of(environ: Mapping[str, str]) -> str:
    """Who asked: the user that sudo names, else the one of this process."""
    try:
        return environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def record(path: Path, entry: Entry) -> None:
    """Add an entry. sqlite3.Error or OSError where that cannot be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    kept = {name: _cut(value) for name, value in entry.params.items() if name in _TOLD and value not in (None, "", [])}
    with _opened(path) as connection, connection:
        connection.execute(
            "INSERT INTO done (at, machine, method, params, failure, person) VALUES (?, ?, ?, ?, ?, ?)",
            (entry.at, entry.machine, entry.method, json.dumps(kept), _cut(entry.failure), _cut(entry.person)),
        )
        connection.execute(
            "DELETE FROM done WHERE number <= (SELECT max(number) FROM done) - ?",
            (ENTRIES_MAX,),
        )


def entries(path: Path, machine: str) -> list[Entry]:
    """The newest entries of a machine, the newest first; none where there is no file."""
    if not path.exists():
        return []
    with _opened(path) as connection:
        rows = connection.execute(
            "SELECT at, machine, method, params, failure, person FROM done"
            " WHERE machine = ? ORDER BY number DESC LIMIT ?",
            (machine, TOLD_MAX),
        )
        return [
            Entry(at, key, method, json.loads(params), failure, person)
            for at, key, method, params, failure, person in rows
        ]


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(each) for each in value[:TEXT_MAX]]
    return value[:TEXT_MAX] if isinstance(value, str) else value


@contextmanager
def _opened(path: Path) -> "Iterator[sqlite3.Connection]":
    import sqlite3

    with closing(sqlite3.connect(path, timeout=BUSY)) as connection:
        connection.executescript(_SCHEMA)
        yield connection
