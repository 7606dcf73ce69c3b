"""What is written down of a job, and how it is read back; no I/O.

A job is work that goes on whether somebody looks or not. Its record is one JSON object, which only the process that
does the job writes. It says nothing that was typed in but the name of what the job is about.
"""

import json
import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from bridge import options
from bridge.protocol import JsonObject, Problem, decode_json

RECORD_MAX = 128 * 1024
"""Bytes of one record."""
TEXT_MAX = 1024
"""Characters of one text of a record."""
_COUNT_MAX = 1 << 63

State = Literal["running", "done", "failed", "cancelled", "interrupted"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job: what it does, to what, how far it is and how it ended."""

    uri: str
    method: str
    key: str
    """Of the object that it is about."""
    name: str
    """Of that object when the job began."""
    started: float
    """Seconds since 1970, as `ended`."""
    pid: int
    birth: int
    boot: str
    """The process that does it: see `plugins.machines.jobs.process`."""
    state: State = "running"
    """`interrupted` is never written: it is what a running job is whose process is gone."""
    done: float = 0
    total: float = 0
    """Of any one unit; a `total` of 0 says that nobody can tell."""
    text: str = ""
    """What is being done just now."""
    cancelling: bool = False
    """Somebody wants it to end, and it is not over yet."""
    ended: float = 0
    problem: str = ""
    """The problem's code where it failed."""
    message: str = ""
    made: str = ""
    """The key of what was made."""
    libvirt: dict[str, Any] = field(default_factory=dict)
    """libvirt's code, domain and message where it failed."""

    def as_row(self) -> JsonObject:
        """The members of the published state; what is empty is left out."""
        members = {name: value for name, value in asdict(self).items() if name not in _PRIVATE}
        return {name: value for name, value in members.items() if value not in ("", 0, False)}

    def as_bytes(self) -> bytes:
        """The record."""
        members = {name: _cut(value) for name, value in asdict(self).items()}
        written = json.dumps(members).encode()
        return written if len(written) <= RECORD_MAX else json.dumps(members | {"libvirt": {}}).encode()

    def failed(self, problem: Problem, now: float) -> "Job":
        """It, ended that way."""
        libvirt = problem.extra.get("libvirt", {})
        message = problem.message or problem.code
        return replace(
            self, state="failed", ended=now, problem=problem.code, message=message, libvirt=libvirt, cancelling=False
        )


_PRIVATE = frozenset({"uri", "pid", "birth", "boot", "problem", "libvirt"})
_TEXTS = tuple(each.name for each in fields(Job) if each.type in (str, "str"))


def parse(record: bytes) -> Job | None:
    """The job of a record; None for what is none, or none that could have been written by `Job.as_bytes`."""
    if len(record) > RECORD_MAX:
        return None
    try:
        members = decode_json(record)
        job = options.parse(Job, members) if isinstance(members, dict) else None
    except Problem:
        return None
    return job if job is not None and _is_sound(job) else None


def _is_sound(job: Job) -> bool:
    numbers = (job.started, job.ended, job.done, job.total)
    return (
        job.state != "interrupted"
        and 0 < job.pid < 1 << 31
        and all(math.isfinite(number) and 0 <= number < _COUNT_MAX for number in numbers)
        and all(len(getattr(job, name)) <= TEXT_MAX for name in _TEXTS)
    )


def _cut(value: Any) -> Any:
    return value[:TEXT_MAX] if isinstance(value, str) else value
