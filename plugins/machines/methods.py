"""How a method of `libvirt1` has something done: checked, by the connection, and written into its log."""

from typing import TYPE_CHECKING, Any

from bridge.protocol import Problem
from bridge.rpc import RpcChannel
from plugins.machines.keys import checked_key
from plugins.machines.logs import Log
from plugins.machines.provider import Method

if TYPE_CHECKING:
    from plugins.machines.watcher import Watcher


class Methods(RpcChannel):
    """A channel of one connection; its subclasses bring what pages may call, a kind of object each."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watcher: Watcher | None = None
        self._log = Log(None)

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

    def _watched(self) -> "Watcher":
        if self._watcher is None:
            raise Problem("disconnected", "The channel is not set up yet")
        return self._watcher
