"""What pages call to have a job ended or forgotten, and what comes of a job's end."""

from typing import Any

from bridge.protocol import JsonObject, Problem
from bridge.rpc import method
from manifests import merge
from plugins.machines.jobs.store import is_id
from plugins.machines.methods import Methods
from plugins.machines.provider import Method
from plugins.machines.touched import touched


class JobMethods(Methods):
    """Methods of `libvirt1` on jobs of its connection; `id` is the job's key in the state."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._parts: frozenset[str] = frozenset()
        self._running: frozenset[str] = frozenset()

    @method
    async def job_cancel(self, id: str) -> None:  # noqa: A002
        """Have it end; what it has made so far goes away with it. It is over when its state says so."""
        await self._known_jobs().cancel(self._choice.uri, _checked(id))

    @method
    async def job_dismiss(self, id: str) -> None:  # noqa: A002
        """Forget one that has ended."""
        await self._known_jobs().forget(self._choice.uri, _checked(id))

    def _on_jobs(self, rows: JsonObject) -> None:
        """Publish them; what one changed is looked at when it has ended, for libvirt tells nothing of volumes."""
        running = {id_ for id_, row in rows.items() if row["state"] == "running"}
        for id_ in self._running - running:
            self._look_at_what_it_did(rows.get(id_, {}))
        self._running = frozenset(running)
        if "jobs" in self._parts:
            self.publish({"jobs": merge.diff(self.state.get("jobs", {}), rows)})

    def _look_at_what_it_did(self, row: JsonObject) -> None:
        if row.get("method") in _METHODS:
            for kind, key in touched(Method(row["method"]), row["key"], row.get("made", "")):
                self._watched().changed(kind, key)


_METHODS = frozenset(method.value for method in Method)


def _checked(id_: str) -> str:
    if not is_id(id_):
        raise Problem("protocol-error", "attribute 'id': must be a job's id")
    return id_
