"""A stream's bytes as frames of a few blocks each, with the pings of flow control between them (reference 1.10).

All blocks that may go at a time are made by one call, because a fast stream has tens of thousands of them a second.
"""

from bridge.protocol import encode_json

BLOCK_SIZE = 16 * 1024
"""Bytes of a block. A client that asked for flow control is sent a `ping` each time so many bytes more were sent."""
WIDE_BLOCK = 4 * BLOCK_SIZE
"""Bytes of a block of what is long, with one `ping` after it: what a frame costs, both sides and all between them pay.
Clients count on the smaller ones for the first window of a file (reference 7, 23)."""


def encode_blocks(channel: str, data: memoryview, sent: int | None, width: int = BLOCK_SIZE) -> list[bytes]:
    """Pieces of a byte stream: the frames of `data` on `channel`, without a copy of a block in a longer piece.

    `sent` is how many bytes went before it, or None without flow control; `width` the bytes of a frame.
    """
    name = channel.encode()
    ping = b'\n{"command":"ping","channel":%b,"sequence":%%d}' % encode_json(channel).replace(b"%", b"%%")
    head = b"%d\n%b\n" % (len(name) + 1 + width, name)
    pieces = []
    before = b""
    for start in range(0, len(data), width):
        block = bytes(data[start : start + width])
        size = len(block)
        pieces.append(before + (head if size == width else b"%d\n%b\n" % (len(name) + 1 + size, name)))
        pieces.append(block)
        before = b""
        if sent is not None:
            sent += size
            if sent // BLOCK_SIZE != (sent - size) // BLOCK_SIZE:
                message = ping % sent
                before = b"%d\n%b" % (len(message), message)
    if before:
        pieces.append(before)
    return pieces
