"""Histories on disk: one SQLite file per connection in the user's state directory, a row per domain and minute.

All of it blocks. A file that cannot be written, or is none of ours, costs the histories of before and nothing else.
"""

import hashlib
import math
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from plugins.machines.history.history import COLUMNS, MINUTE, SLOTS, STEP, Minute

if TYPE_CHECKING:
    import sqlite3

    from plugins.machines.history.history import Values

PAGES_MAX = 32768
"""Pages of 4 KiB of one file: 128 MiB, which is a day of a thousand running domains."""
BUSY = 5.0
"""Seconds to wait for another process that writes: a collector, or another login."""

_VERSION = 1
_MEAN = 4 * len(COLUMNS)
_FINE = _MEAN * (MINUTE // STEP)
"""Bytes of the two values."""
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS minutes (
        minute INTEGER, domain TEXT, mean BLOB NOT NULL, slots BLOB, PRIMARY KEY (minute, domain)
    ) WITHOUT ROWID
"""


def path_of(uri: str, environ: Mapping[str, str]) -> Path:
    """The file of a connection; its name tells nothing, for a URI may hold what is nobody's business."""
    return state_folder(environ) / "machines" / f"{hashlib.sha256(uri.encode()).hexdigest()[:32]}.sqlite"


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where this program keeps what outlives a login."""
    state = environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state.startswith("/") else Path.home() / ".local" / "state") / "pilothouse"


def load(path: Path, now: float) -> list[Minute]:
    """The minutes of the last day, oldest first; those of the last hour with their slots. Empty where there is no file.

    sqlite3.Error or OSError where it cannot be read.
    """
    if not path.exists():
        return []
    with _opened(path) as connection:
        rows = connection.execute(
            "SELECT minute, domain, mean, slots FROM minutes WHERE minute > ? ORDER BY minute", (_oldest("day", now),)
        )
        return list(_minutes(rows))


def save(path: Path, minutes: Iterable[Minute], now: float) -> None:
    """Add `minutes` to what is there; what is older than a day goes, and the slots of what is older than an hour.

    What another process measured in the same minute stays where these have a gap.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    with _opened(path) as connection, connection:
        connection.execute("DELETE FROM minutes WHERE minute <= ?", (_oldest("day", now),))
        connection.execute(
            "UPDATE minutes SET slots = NULL WHERE minute <= ? AND slots IS NOT NULL", (_oldest("hour", now),)
        )
        for minute in minutes:
            known = connection.execute(
                "SELECT minute, domain, mean, slots FROM minutes WHERE minute = ? AND domain = ?",
                (minute.minute, minute.key),
            )
            slots = next((merged(minute.slots, earlier.slots) for earlier in _minutes(known)), minute.slots)
            connection.execute(
                "INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?)",
                (minute.minute, minute.key, minute.mean.tobytes(), slots.tobytes()),
            )


def merged(values: "Values", others: "Values") -> "Values":
    """`values`, and where they have gaps those of `others`."""
    if len(values) != len(others):
        return values
    pairs = zip(values, others, strict=True)
    return array("f", [other if math.isnan(value) else value for value, other in pairs])


@contextmanager
def _opened(path: Path) -> "Iterator[sqlite3.Connection]":
    import sqlite3

    with closing(sqlite3.connect(path, timeout=BUSY)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError(f"{path} was written by another version")
        connection.execute(f"PRAGMA max_page_count = {PAGES_MAX}")
        connection.execute("PRAGMA secure_delete = OFF")
        if version == 0:
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        yield connection


def _oldest(span: str, now: float) -> int:
    step, length = SLOTS[span]  # type: ignore[index]
    return int(now - step * length) // MINUTE


def _minutes(rows: Iterable[tuple[object, ...]]) -> Iterator[Minute]:
    """What in `rows` is of our form."""
    for minute, domain, mean, slots in rows:
        if isinstance(minute, int) and isinstance(domain, str) and isinstance(mean, bytes) and len(mean) == _MEAN:
            fits = isinstance(slots, bytes) and len(slots) == _FINE
            yield Minute(domain, minute, _floats(mean), _floats(slots if fits else b""))


def _floats(raw: object) -> "Values":
    values = array("f")
    if isinstance(raw, bytes):
        values.frombytes(raw)
    return values
