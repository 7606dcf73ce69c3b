"""`/machines`: the other hosts that somebody added, from files that all users of this host share."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from dbus_fast import Variant

from bridge.internal.machine_files import Machines, MachinesWatch, read_machines, update_machine
from bridge.internal.objects import InternalObject, Method
from bridge.protocol import Problem

ERROR = "cockpit.Machines.Error"
_TYPES = {str: "s", bool: "b", int: "i"}


class MachinesObject(InternalObject):
    """`Update` needs the right to write to `/etc`, so clients ask the superuser bridge for it; every other bridge sees
    that the files have changed.
    """

    path = "/machines"
    interface = "cockpit.Machines"
    properties: ClassVar = {"Machines": "a{sa{sv}}"}

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders
        self._known: Machines | None = None
        self._watch: MachinesWatch | None = None

    async def values(self) -> dict[str, Any]:
        if self._watch is None:
            self._watch = MachinesWatch(self._folders, self._changed)
            self._watch.start()
        if self._known is None:
            self._known = await self._read()
        return {"Machines": _typed(self._known)}

    def unused(self) -> None:
        if self._watch:
            self._watch.stop()
        self._watch = self._known = None

    async def _update(self, file: str, host: str, attributes: dict[str, Variant]) -> None:
        values = {name: variant.value for name, variant in attributes.items()}
        change = partial(update_machine, self._folders[-1], file, host, values)
        try:
            await asyncio.get_running_loop().run_in_executor(None, change)
        except Problem as problem:
            raise Problem(ERROR, problem.message) from None
        except OSError as exc:
            raise Problem(ERROR, f"{file} cannot be written: {exc.strerror}") from None
        self._changed(await self._read())

    methods: ClassVar = {"Update": Method("ssa{sv}", "", _update)}

    async def _read(self) -> Machines:
        return await asyncio.get_running_loop().run_in_executor(None, read_machines, self._folders)

    def _changed(self, machines: Machines) -> None:
        if machines != self._known:
            self._known = machines
            self.changed({"Machines": _typed(machines)})


def _typed(machines: Machines) -> dict[str, dict[str, Variant]]:
    return {
        host: {name: Variant(_TYPES[type(value)], value) for name, value in attributes.items()}
        for host, attributes in machines.items()
    }
