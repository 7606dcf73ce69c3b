"""What no client may send as a websocket frame (RFC 6455), and the code that a server closes with."""

from testbed.raw_web import client_frame

NO_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)


def bad_frames(limit: int) -> dict[str, tuple[bytes, int]]:
    """By name: the bytes, and the code; `limit`: how long a message may be."""
    bad = {
        "not masked": (client_frame(0x81, b"x", masked=False), 1002),
        "rsv1, as if it were compressed": (client_frame(0xC1, b"x"), 1002),
        "rsv2": (client_frame(0xA1, b"x"), 1002),
        "rsv3": (client_frame(0x91, b"x"), 1002),
        "a reserved kind": (client_frame(0x83, b"x"), 1002),
        "a reserved kind of control frame": (client_frame(0x8B), 1002),
        "a long ping": (client_frame(0x89, b"x" * 126), 1002),
        "a ping in pieces": (client_frame(0x09, b"x"), 1002),
        "a close in pieces": (client_frame(0x08), 1002),
        "a continuation of nothing": (client_frame(0x80, b"x"), 1002),
        "a message within another": (client_frame(0x01, b"x") + client_frame(0x81, b"y"), 1002),
        "a length in too many bytes": (client_frame(0x81, b"x", length=b"\x7e\0\1"), 1002),
        "a length in far too many bytes": (client_frame(0x81, b"x", length=b"\x7f" + b"\0" * 7 + b"\1"), 1002),
        "text that is not UTF-8": (client_frame(0x81, b"\xce\xba\xff"), 1007),
        "text in pieces that is not UTF-8": (client_frame(0x01, b"\xce") + client_frame(0x80, b"x"), 1007),
        "a surrogate": (client_frame(0x81, b"\xed\xa0\x80"), 1007),
        "one byte too many": (client_frame(0x82, b"x" * (limit + 1)), 1009),
        "too much, said in advance": (client_frame(0x82, length=b"\x7f\x40" + b"\0" * 7), 1009),
        "the largest length": (client_frame(0x82, length=b"\x7f" + b"\xff" * 8), 1009),
        "too much in pieces": (client_frame(0x02, b"x" * limit) + client_frame(0x00, b"y"), 1009),
        "a close of one byte": (client_frame(0x88, b"\x03"), 1002),
        "a reason that is not UTF-8": (client_frame(0x88, b"\x03\xe8\xff"), 1007),
    }
    return bad | {f"close {code}": (client_frame(0x88, code.to_bytes(2, "big")), 1002) for code in NO_CODES}
