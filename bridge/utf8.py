"""Text on the wire: a message of a text channel holds whole characters only (reference 1.10)."""

from bridge.protocol import Problem


def whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """`data` up to its last whole character, and the one begun after it; Problem `protocol-error` if it is no UTF-8."""
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as exc:
            if exc.reason != "unexpected end of data":
                raise Problem("protocol-error", "the data is not UTF-8, on a channel opened as text") from None
            return data[: exc.start], data[exc.start :]
    return data, b""
