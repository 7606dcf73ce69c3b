"""The websocket class against a client that writes frames by the byte: the classes of the Autobahn suite."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.bad_frames import bad_frames
from testbed.echo_route import EchoRoute
from testbed.raw_web import RawWebSocket, answer, client_frame
from wsproto.events import CloseConnection, Pong, TextMessage

from ws_gateway import plugins
from ws_gateway.app import MESSAGE_MAX
from ws_gateway.sockets import frame_connection

HELLO = client_frame(0x81, b"hello")


Talk = Callable[[Callable[[RawWebSocket], Any]], Any]


@pytest.fixture
async def talk(start: Any, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """`await talk(play)`: plays with a fresh connection to the echo route, in a thread."""
    made = EchoRoute()
    monkeypatch.setattr(plugins, "load_entry_points", lambda manager: manager.register(made))
    port = (await start()).gateway.port

    def play(what: Callable[[RawWebSocket], Any]) -> Any:
        with RawWebSocket(port, "/cockpit/echo") as socket:
            return what(socket)

    return lambda what: asyncio.to_thread(play, what)


def rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_messages_of_every_length(talk: Talk) -> None:
    """Classes 1 and 5: text and fragments."""

    def play(socket: RawWebSocket) -> None:
        for size in (0, 1, 125, 126, 127, 128, 65535, 65536, MESSAGE_MAX):
            socket.send(client_frame(0x81, b"x" * size))
            assert len(socket.message()) == size
        socket.send(*[client_frame(0x00 if i else 0x01, b"%d," % i) for i in range(50)], client_frame(0x80, b"end"))
        assert socket.message() == b"".join(b"%d," % i for i in range(50)) + b"end"

    await talk(play)


async def test_one_byte_at_a_time(talk: Talk) -> None:
    def play(socket: RawWebSocket) -> bytes:
        for byte in client_frame(0x81, "grüße".encode()):
            socket.send(bytes((byte,)))
        return socket.message()

    assert await talk(play) == "grüße".encode()


async def test_pings_are_answered_within_a_message(talk: Talk) -> None:
    """Classes 2 and 5.6 ff."""

    def play(socket: RawWebSocket) -> None:
        socket.send(client_frame(0x01, b"a"), client_frame(0x89, b"p" * 125), client_frame(0x80, b"b"))
        events = socket.events()
        kinds = {type(next(events)), type(next(events))}
        assert kinds == {Pong, TextMessage}
        socket.send(client_frame(0x8A, b"nobody asked"), client_frame(0x89))
        assert socket.pong() == b""

    await talk(play)


async def test_text_that_is_split_within_a_character(talk: Talk) -> None:
    """Class 6."""

    def play(socket: RawWebSocket) -> bytes:
        text = "κόσμε😀".encode()
        socket.send(client_frame(0x01, text[:1]), *[client_frame(0, text[i : i + 1]) for i in range(1, len(text) - 1)])
        socket.send(client_frame(0x80, text[-1:]))
        return socket.message()

    assert await talk(play) == "κόσμε😀".encode()


async def test_35_what_breaks_the_rules_is_told_its_code(talk: Talk) -> None:
    """Classes 3 to 7: what came before is answered, nothing of what comes after, and the code says what it was."""
    for name, (stream, code) in bad_frames(MESSAGE_MAX).items():

        def play(socket: RawWebSocket, stream: bytes = stream) -> list[Any]:
            socket.send(HELLO, stream, HELLO)
            return list(socket.events())

        events = await talk(play)
        assert [event.data for event in events if isinstance(event, TextMessage)] == ["hello"], name
        assert [event.code for event in events if isinstance(event, CloseConnection)] == [code], name


async def test_the_connection_ends_with_the_word_and_is_not_reset(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's end comes first (section 7.1.1): the client need do nothing for it, and may still be sending."""
    monkeypatch.setattr(frame_connection, "DISCARD_TIME", 60.0)

    def play(socket: RawWebSocket) -> bytes:
        socket.send(client_frame(0x83))
        said = answer(socket.connection)
        for _ in range(3):
            socket.connection.sendall(HELLO)  # fails from the second on if the first was answered by a reset
        return said

    assert (await talk(play))[2:4] == (1002).to_bytes(2, "big")


async def test_a_close_is_echoed(talk: Talk) -> None:
    """Class 7.7: the same code comes back, and nothing of what was sent after it."""
    for code in (1000, 1001, 1003, 1007, 1011, 3000, 4999, None):

        def play(socket: RawWebSocket, code: int | None = code) -> list[Any]:
            socket.send(client_frame(0x88, code.to_bytes(2, "big") + b"bye" if code else b""), HELLO)
            return list(socket.events())

        (close,) = await talk(play)
        assert isinstance(close, CloseConnection)
        assert close.code == (code or 1005)


async def test_37_too_much_is_1009_and_no_memory(talk: Talk) -> None:
    for frames in (
        [client_frame(0x82, b"x" * (MESSAGE_MAX + 1))],
        [client_frame(0x82, length=b"\x7f\x40" + b"\0" * 7)],
        [client_frame(0x01, b"x" * 65536), *[client_frame(0x00, b"x" * 65536)] * 3200],
    ):

        def play(socket: RawWebSocket, frames: list[bytes] = frames) -> int | None:
            before = rss()
            for frame in frames:
                socket.send(frame)
            code = socket.close_code()
            assert rss() - before < 8 * 1024 * 1024
            return code

        assert await talk(play) in (1009, None if len(frames) > 1 else 1009)


async def test_36_compression_is_not_agreed_on(start: Any) -> None:
    port = (await start()).gateway.port

    def play() -> bytes:
        offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
        with RawWebSocket(port, "/cockpit/socket", offer) as socket:
            return socket.head

    assert b"extensions" not in (await asyncio.to_thread(play)).lower()


async def test_a_fault_of_ours_ends_the_connection_alone(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    def play(socket: RawWebSocket) -> list[Any]:
        socket.send(HELLO, client_frame(0x81, b"fail"), HELLO)
        return list(socket.events())

    await talk(play)
    assert "RuntimeError in Echo at " in caplog.text
    assert "fail" not in caplog.text.replace("test_a_fault", "")

    def hello(socket: RawWebSocket) -> bytes:
        socket.send(HELLO)
        return socket.message()

    assert await talk(hello) == b"hello"
