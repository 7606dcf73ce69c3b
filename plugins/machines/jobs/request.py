"""What a job is asked to do, as it is handed to the process that does it."""

import os
import time
from dataclasses import dataclass
from typing import Any

from plugins.machines.jobs.process import birth, boot
from plugins.machines.jobs.record import Job

STARTED = b"started\n"
"""What that process says once the job's record is written."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done: `method` to the object `key`, by the connection to `uri`."""

    id: str
    uri: str
    provider: str
    method: str
    key: str
    name: str
    params: dict[str, Any]

    def as_job(self) -> Job:
        """Its record as this process begins it."""
        pid = os.getpid()
        return Job(self.uri, self.method, self.key, self.name, time.time(), pid, birth(pid), boot())
