"""How a method of `libvirt1` has something done: checked, by the connection, and written into its log.

`_act` does it at once, `_begin` as a job.
"""

from typing import TYPE_CHECKING, Any

from bridge.protocol import JsonObject, Problem
from bridge.rpc import RpcChannel
from plugins.machines.history.logs import Log
from plugins.machines.jobs.request import Request
from plugins.machines.jobs.store import new_id
from plugins.machines.keys import checked_key
from plugins.machines.provider import Method
from plugins.machines.providers.choice import Choice
from plugins.machines.touched import touched

if TYPE_CHECKING:
    from plugins.machines.jobs.jobs import Jobs
    from plugins.machines.state.watcher import Watcher

AT_ONCE = 3.0
"""Seconds in which a job that ends is no job for who asked: the answer says how it ended."""


class Methods(RpcChannel):
    """A channel of one connection; its subclasses bring what pages may call, a kind of object each."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watcher: Watcher | None = None
        self._log = Log(None)
        self._choice = Choice("")
        self._jobs: Jobs | None = None

    async def _act(self, wanted: Method, key: str, **params: Any) -> str:
        key = checked_key(wanted.kind, key)
        failure = "It was cancelled"
        made = ""
        try:
            made = await self._watched().act(wanted, key, **params)
            failure = ""
        except Problem as problem:
            failure = problem.message or problem.code
            raise
        finally:
            self._log.record(key, wanted, params | {"made": made}, failure)
        return made

    async def _begin(self, wanted: Method, key: str, **params: Any) -> JsonObject:
        """As `_act`, but as a job that outlives all of this: `made` where it was done at once, else the `job`'s id."""
        key = checked_key(wanted.kind, key)
        watcher, jobs, uri = self._watched(), self._known_jobs(), self._choice.uri
        watcher.permitted(wanted)
        name = watcher.inventory.rows(wanted.kind).get(key, {}).get("name") or key.rpartition("/")[2]
        request = Request(new_id(), uri, self._choice.provider, wanted, key, name, params)
        await jobs.begin(request, lambda report: watcher.act(wanted, key, report, **params))
        job = await jobs.ended(request.id, AT_ONCE)
        if job is None or job.state == "interrupted":
            return {"job": request.id}
        await jobs.forget(uri, request.id)
        await watcher.look_at(touched(wanted, key, job.made))
        if job.state == "cancelled":
            raise Problem("cancelled", "It was cancelled")
        if job.state == "failed":
            raise Problem(job.problem, job.message, **({"libvirt": job.libvirt} if job.libvirt else {}))
        return {"made": job.made} if job.made else {}

    def _known_jobs(self) -> "Jobs":
        if self._jobs is None:
            raise Problem("disconnected", "The channel is not set up yet")
        return self._jobs

    def _watched(self) -> "Watcher":
        if self._watcher is None:
            raise Problem("disconnected", "The channel is not set up yet")
        return self._watcher
