"""`/superuser`: the superuser bridge, as the client sees and steers it (reference 3.4)."""

from typing import TYPE_CHECKING, Any, ClassVar

from dbus_fast import Variant

from bridge.internal.objects import InternalObject, Method
from bridge.protocol import Problem

if TYPE_CHECKING:
    from bridge.superuser.superuser import Superuser

ERROR = "cockpit.Superuser.Error"
CANCELLED = ERROR + ".Cancelled"


class SuperuserObject(InternalObject):
    """`Start` lasts until the bridge is up or failed. Meanwhile each question is a signal `Prompt` (message, prompt,
    default, echo, error), which the client answers with `Answer`. A `Start` whose client goes away is stopped.
    """

    path = "/superuser"
    interface = "cockpit.Superuser"
    properties: ClassVar = {"Bridges": "as", "Methods": "a{sv}", "Current": "s"}
    signals: ClassVar = {"Prompt": "sssbs"}

    def __init__(self, superuser: "Superuser") -> None:
        self._superuser = superuser
        superuser.changed = self._tell

    async def values(self) -> dict[str, Any]:
        await self._superuser.find_bridges()
        return {name: self._value(name) for name in self.properties}

    async def _start(self, name: str) -> None:
        try:
            await self._superuser.start(name, self._prompt)
        except Problem as problem:
            code = CANCELLED if problem.code == "cancelled" else ERROR
            raise Problem(code, problem.message) from None

    async def _stop(self) -> None:
        await self._superuser.stop()

    async def _answer(self, answer: str) -> None:
        self._superuser.answer(answer)

    methods: ClassVar = {
        "Start": Method("s", "", _start),
        "Stop": Method("", "", _stop),
        "Answer": Method("s", "", _answer),
    }

    def _prompt(self, prompt: str, said: str) -> None:
        self.signal("Prompt", "", prompt, "", False, said)

    def _tell(self, *names: str) -> None:
        self.changed({name: self._value(name) for name in names})

    def _value(self, name: str) -> Any:
        if name == "Current":
            return self._superuser.current
        if name == "Bridges":
            return self._superuser.bridges
        labels = {label: {"label": Variant("s", label)} for label in self._superuser.labels}
        return {label: Variant("a{sv}", about) for label, about in labels.items()}
