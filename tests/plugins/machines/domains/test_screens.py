import asyncio
import base64
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from plugins.machines.domains import screens as module
from plugins.machines.domains.screens import WIDTH_MAX, Screens, as_png


def ppm(width: int, height: int) -> bytes:
    """Each point has its column, its line and 7 as its colours."""
    points = bytes(value for y in range(height) for x in range(width) for value in (x % 256, y % 256, 7))
    return b"P6\n%d %d\n255\n" % (width, height) + points


def read(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the points of a PNG that has no filters."""
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[start - 4 : start])
    raw = zlib.decompress(png[start + 4 : start + 4 + length])
    lines = [raw[number * (3 * width + 1) + 1 : (number + 1) * (3 * width + 1)] for number in range(height)]
    return width, height, b"".join(lines)


def test_a_small_screen_keeps_its_points() -> None:
    width, height, points = read(as_png(ppm(4, 3)))
    assert (width, height) == (4, 3)
    assert points == ppm(4, 3).partition(b"255\n")[2]


def test_a_large_one_is_made_smaller() -> None:
    width, height, points = read(as_png(ppm(1024, 768)))
    assert (width, height) == (342, 256)
    assert width <= WIDTH_MAX
    assert points[:9] == bytes((0, 0, 7, 3, 0, 7, 6, 0, 7))


@given(st.integers(1, 900), st.integers(1, 40))
def test_any_size_makes_a_picture(width: int, height: int) -> None:
    found = read(as_png(b"P6 %d %d 255 " % (width, height) + bytes(3 * width * height)))
    assert found[0] <= WIDTH_MAX
    assert len(found[2]) == 3 * found[0] * found[1]


@given(st.one_of(st.binary(max_size=100), st.binary(max_size=100).map(b"P6 9 9 255 ".__add__)))
def test_what_is_no_picture_is_refused(image: bytes) -> None:
    with pytest.raises(Problem, match="not-supported"):
        as_png(image)


def test_a_png_is_passed_on_unless_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    png = as_png(ppm(2, 2))
    assert as_png(png) == png
    monkeypatch.setattr(module, "PNG_MAX", 10)
    with pytest.raises(Problem, match="too-large"):
        as_png(png)


async def test_pictures_are_taken_one_at_a_time_and_not_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_MAX", 2)
    taken: list[str] = []
    running = 0

    async def take(key: str) -> bytes:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0)
        running -= 1
        taken.append(key)
        return ppm(2, 2)

    screens = Screens()
    pictures = await asyncio.gather(*(screens.look(key, take) for key in ("a", "a", "b", "a")))
    assert taken == ["a", "b"]
    assert pictures[0] is pictures[1]
    assert base64.b64decode(pictures[0]["data"]).startswith(b"\x89PNG")
    await screens.look("c", take)
    assert set(screens._kept) == {"b", "c"}
    monkeypatch.setattr(module, "FRESH", 0.0)
    await screens.look("c", take)
    assert taken == ["a", "b", "c", "c"]
