"""Talking to one program, without a bus between."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, MessageType
from dbus_fast._private.unmarshaller import Unmarshaller

from bridge.dbus.peer_to_peer import PEER, answer_as_bus
from bridge.protocol import encode_json
from bridge.testing import Wire

XML = '<node><interface name="x.Y"><method name="Echo"><arg type="s"/></method></interface></node>'


class Program:
    """Serves one connection at a time, and is no bus."""

    def __init__(self) -> None:
        self.destinations: set[str | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            await self._authenticate(reader, writer)
            while True:
                head = await reader.readexactly(16)
                little = "little" if head[:1] == b"l" else "big"
                body, fields = (int.from_bytes(head[at : at + 4], little) for at in (4, 12))  # type: ignore[arg-type]
                rest = await reader.readexactly((fields + 7) // 8 * 8 + body)
                call = Unmarshaller(io.BytesIO(head + rest)).unmarshall()
                assert call is not None
                self.destinations.add(call.destination)
                for answer in self.answers(call):
                    answer.serial = 1
                    writer.write(bytes(answer._marshall(False)))
        writer.close()

    async def _authenticate(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (line := await reader.readuntil(b"\r\n")) != b"BEGIN\r\n":
            writer.write(b"OK 1234deadbeef\r\n" if b"AUTH" in line else b"ERROR\r\n")

    def answers(self, call: Message) -> list[Message]:
        match call.member:
            case "Introspect":
                return [Message.new_method_return(call, "s", [XML])]
            case "Echo":
                happened = Message.new_signal("/x", "x.Y", "Happened", "s", call.body)
                return [happened, Message.new_method_return(call, "s", call.body)]
        return [Message.new_error(call, "org.freedesktop.DBus.Error.UnknownMethod", "no bus")]


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    program = Program()
    server = await asyncio.start_unix_server(program.serve, tmp_path / "socket")
    yield f"unix:path={tmp_path}/socket"
    server.close()
    await server.wait_closed()
    assert program.destinations <= {None, "org.freedesktop.DBus"}


async def test_calls_and_signals(wire: Wire, address: str) -> None:
    wire.open("c", "dbus-json3", bus="none", address=address)
    assert "unique-name" not in await wire.expect("ready", "c")
    for message in ({"add-match": {"interface": "x.Y"}}, {"call": ["/x", "x.Y", "Echo", ["hello"]], "id": "1"}):
        wire.send("c", encode_json(message))
    assert await wire.data("c") == b'{"signal":["/x","x.Y","Happened",["hello"]]}'
    assert await wire.data("c") == b'{"reply":[["hello"]],"id":"1"}'
    wire.send("c", encode_json({"call": ["/x", "x.Y", "Nope", []], "type": "", "id": "2"}))
    assert b"UnknownMethod" in await wire.data("c")
    wire.control("close", "c")
    await wire.expect("close", "c")


@pytest.mark.parametrize(("member", "body"), [("GetNameOwner", [PEER]), ("AddMatch", []), ("StartServiceByName", [])])
def test_what_a_bus_would_say(member: str, body: list[Any]) -> None:
    answer = answer_as_bus(member)
    assert (answer.message_type, answer.body) == (MessageType.METHOD_RETURN, body)
