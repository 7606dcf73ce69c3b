"""Frames of a client, cut anywhere; what is no frame."""

from testbed.bad_frames import bad_frames
from testbed.raw_web import client_frame
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

from ws_gateway.sockets.frames import FrameReader, head

LIMIT = 1000
GOOD = [
    (0x81, b""),
    (0x81, b"x" * 125),
    (0x82, b"\xff" * 126),
    (0x89, b"ping"),
    (0x81, "grüße".encode()),
    (0x01, "gr\u00fc".encode()[:3]),
    (0x8A, b""),
    (0x00, "gr\u00fc".encode()[3:]),
    (0x80, b"!"),
    (0x88, b"\x03\xe8bye"),
]
TAKEN = [
    (1, b""),
    (1, b"x" * 125),
    (2, b"\xff" * 126),
    (9, b"ping"),
    (1, "grüße".encode()),
    (10, b""),
    (1, "grü!".encode()),
    (8, b"\x03\xe8bye"),
]


def test_a_stream_may_be_cut_anywhere() -> None:
    stream = b"".join(client_frame(first, payload) for first, payload in GOOD)
    for size in (*range(1, 60), len(stream)):
        reader = FrameReader(LIMIT)
        found = [item for start in range(0, len(stream), size) for item in reader.feed(stream[start : start + size])]
        assert found == TAKEN, size
        assert reader.fault is None


def test_a_mask_is_taken_off() -> None:
    masked = bytes(byte ^ key for byte, key in zip(b"hello", b"abcda", strict=True))
    assert FrameReader(LIMIT).feed(b"\x81\x85abcd" + masked) == [(1, b"hello")]


def test_what_is_no_frame() -> None:
    for name, (stream, code) in bad_frames(LIMIT).items():
        reader = FrameReader(LIMIT)
        assert reader.feed(client_frame(0x81, b"before") + stream)[:1] == [(1, b"before")], name
        assert reader.fault is not None, name
        assert reader.fault.code == code, name
        assert reader.feed(client_frame(0x81, b"after")) == [], name


def test_codes_that_there_are() -> None:
    for code in (1000, 1001, 1003, 1007, 1014, 3000, 4999):
        close = code.to_bytes(2, "big") + b"reason"
        assert FrameReader(LIMIT).feed(client_frame(0x88, close)) == [(8, close)]


def test_pieces_without_end_hold_no_memory() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(client_frame(0x01, b"x"))
    for _ in range(1000):
        assert reader.feed(client_frame(0x00) * 100) == []
    assert len(reader._message) == 1
    assert reader._pieces == []


def test_what_a_server_writes() -> None:
    for size in (0, 125, 126, 65535, 65536, 300_000):
        for binary in (False, True):
            judge = Connection(ConnectionType.CLIENT)
            judge.receive_data(head(b"x" * size, binary) + b"x" * size)
            (event,) = judge.events()
            assert isinstance(event, BytesMessage if binary else TextMessage)
            assert (len(event.data), event.message_finished) == (size, True)
