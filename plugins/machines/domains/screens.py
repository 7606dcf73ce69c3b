"""Small pictures of what guests show: PNG, from whatever libvirt tells, no more of them than one can look at."""

import asyncio
import base64
import re
import struct
import time
import zlib
from collections.abc import Awaitable, Callable

from bridge.protocol import JsonObject, Problem

WIDTH_MAX = 400
"""Points of the width of a picture that is made here; one that libvirt tells as PNG is passed on as it is."""
PNG_MAX = 1024 * 1024
"""Bytes of a picture that is passed on."""
FRESH = 2.0
"""Seconds for which a picture is not taken again, whoever asks."""
KEPT_MAX = 32
"""Pictures that are kept meanwhile."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PPM = re.compile(rb"P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s", re.ASCII)


class Screens:
    """The screens of one connection's guests, taken one at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._kept: dict[str, tuple[float, JsonObject]] = {}

    async def look(self, key: str, take: Callable[[str], Awaitable[bytes]]) -> JsonObject:
        """`type` and `data` (base64) of a picture of a guest's screen that is at most `FRESH` seconds old."""
        async with self._turn:
            taken, picture = self._kept.get(key, (0.0, {}))
            if time.monotonic() - taken < FRESH:
                return picture
            image = await take(key)
            png = await asyncio.to_thread(as_png, image)
            picture = {"type": "image/png", "data": base64.b64encode(png).decode()}
            self._kept.pop(key, None)
            self._kept[key] = time.monotonic(), picture
            while len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]
            return picture


def as_png(image: bytes) -> bytes:
    """A PNG as it is, a PPM (P6) made smaller; Problem `too-large` or `not-supported` for what is neither."""
    if image.startswith(_PNG):
        if len(image) > PNG_MAX:
            raise Problem("too-large", "The picture of the screen is larger than can be shown")
        return image
    head = _PPM.match(image)
    if head is None:
        raise Problem("not-supported", "The screen is told in a form that cannot be shown")
    width, height = int(head[1]), int(head[2])
    if not width or not height or len(image) - head.end() < 3 * width * height:
        raise Problem("not-supported", "The picture of the screen is not complete")
    return _smaller(memoryview(image)[head.end() :], width, height)


def _smaller(points: memoryview, width: int, height: int) -> bytes:
    """Every so many points of every so many lines, as PNG."""
    every = -(-width // WIDTH_MAX)
    columns, lines = -(-width // every), -(-height // every)
    raw = bytearray()
    for line in range(lines):
        source = points[line * every * 3 * width : (line * every + 1) * 3 * width]
        made = bytearray(3 * columns)
        for colour in range(3):
            made[colour::3] = source[colour :: 3 * every]
        # Each line of a PNG begins with its filter, here none.
        raw += b"\0" + made
    head = struct.pack(">IIBBBBB", columns, lines, 8, 2, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw, 6)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
