"""A service for tests on the session bus: dbus_service.py, as com.example.Test, object /test. Prints a line when up."""

import asyncio
import os
import socket
import threading

from dbus_fast import DBusError, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, method, signal


class Test(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("com.example.Test")
        self._color = "red"

    @method()
    def Echo(self, text: "s") -> "s":  # type: ignore[name-defined]  # noqa: F821
        return text

    @method()
    def Sum(self, numbers: "ai") -> "x":  # type: ignore[name-defined]  # noqa: F821
        return sum(numbers)

    @method()
    def Same(self, value: "v") -> "v":  # type: ignore[name-defined]  # noqa: F821
        return value

    @method()
    def Everything(self) -> "ybnqiuxtdsogayasa{sv}a{us}(sib)":  # type: ignore[name-defined]  # noqa: F722
        return [
            1, True, -2, 2, -3, 3, -(1 << 50), 1 << 50, 1.5, "text", "/path", "a{sv}", b"bytes\0", ["a", "b"],
            {"key": Variant("s", "value")}, {7: "seven"}, ["s", 4, False],
        ]  # fmt: skip

    @method()
    def Pipe(self) -> "h":  # type: ignore[name-defined]  # noqa: F821
        reader, writer = os.pipe()
        os.write(writer, b"from a pipe")
        os.close(writer)
        asyncio.get_running_loop().call_later(1, os.close, reader)
        return reader

    @method()
    def Mirror(self) -> "a{sv}":  # type: ignore[name-defined]  # noqa: F722
        ours, theirs = socket.socketpair()
        threading.Thread(target=_mirror, args=(ours,), daemon=True).start()
        fd = theirs.detach()
        asyncio.get_running_loop().call_later(1, os.close, fd)
        return {"socket": Variant("h", fd)}

    @method()
    def Fail(self) -> None:
        raise DBusError("com.example.Test.Failed", "on purpose")

    @method()
    async def Slow(self) -> None:
        await asyncio.sleep(30)

    @method()
    def Emit(self, text: "s") -> None:  # type: ignore[name-defined]  # noqa: F821
        self.Happened(text)

    @method()
    def Paint(self, color: "s") -> None:  # type: ignore[name-defined]  # noqa: F821
        self._color = color
        self.emit_properties_changed({"Color": color})

    @signal()
    def Happened(self, text: str) -> "s":  # type: ignore[name-defined]  # noqa: F821
        return text

    @dbus_property()
    def Color(self) -> "s":  # type: ignore[name-defined]  # noqa: F821
        return self._color

    @Color.setter  # type: ignore[no-redef]
    def Color(self, color: "s") -> None:  # type: ignore[name-defined]  # noqa: F821
        self._color = color
        self.emit_properties_changed({"Color": color})

    @dbus_property(access=PropertyAccess.READ)
    def Size(self) -> "u":  # type: ignore[name-defined]  # noqa: F821
        return 5


def _mirror(sock: socket.socket) -> None:
    with sock:
        while data := sock.recv(4096):
            sock.sendall(data)


async def main() -> None:
    bus = await MessageBus(negotiate_unix_fd=True).connect()
    bus.export("/test", Test())
    bus.export("/test/child", Test())
    await bus.request_name("com.example.Test")
    print("up", flush=True)
    await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(main())
