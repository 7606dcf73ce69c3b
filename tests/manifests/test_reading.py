import os
import threading
from pathlib import Path

import pytest

from manifests.reading import DEPTH_MAX, SIZE_MAX, UnreadableError, read_object


def test_an_object_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text('{"a": [1.5, "ü"]}')
    assert read_object(str(file)) == {"a": [1.5, "ü"]}


def test_nothing_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_object(str(tmp_path / "absent")) is None
    assert read_object(str(tmp_path / "file" / "below")) is None


BROKEN = {
    "not JSON": (b"{", "is not JSON"),
    "nothing": (b"", "is not JSON"),
    "two values": (b"{}{}", "is not JSON"),
    "not UTF-8": (b'{"a": "\xff"}', "is not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf{}", "begins with a byte order mark"),
    "not an object": (b"[]", "is not a JSON object"),
    "200000 brackets": (b"[" * 200_000, "is nested deeper"),
    "deep": (b'{"a":' + b"[" * DEPTH_MAX + b"]" * DEPTH_MAX + b"}", "is nested deeper"),
    "NaN": (b'{"priority": NaN}', "NaN is not JSON"),
    "infinite": (b'{"priority": 1e999}', "out of range"),
    "10000 digits": (b'{"priority": ' + b"1" * 10_000 + b"}", "is not JSON"),
    "too long": (b" " * (SIZE_MAX + 1), "is longer than"),
}


@pytest.mark.parametrize("content", BROKEN)
def test_what_is_broken_is_said_in_a_phrase(tmp_path: Path, content: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(BROKEN[content][0])
    with pytest.raises(UnreadableError, match=BROKEN[content][1]):
        read_object(str(file))


def test_the_deepest_and_longest_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    content = b'{"a":' + b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1) + b"}"
    file.write_bytes(content.ljust(SIZE_MAX))
    assert read_object(str(file))


def test_a_file_of_50_mb_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    os.truncate(file, 50_000_000)
    before = _bytes_read()
    with pytest.raises(UnreadableError, match="is longer than"):
        read_object(str(file))
    assert _bytes_read() - before < 2 * SIZE_MAX


def _bytes_read() -> int:
    """Bytes that this process has read so far (proc(5), rchar)."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_what_is_no_regular_file_is_refused_and_waits_for_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/null")):
        errors: list[str] = []
        reader = threading.Thread(target=lambda path=path, errors=errors: errors.append(_error(path)), daemon=True)
        reader.start()
        reader.join(5)
        assert errors == ["is not a regular file"]


def _error(path: Path) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_object(str(path))
    return str(caught.value)


def test_a_link_to_nothing_and_a_loop_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    assert _error(tmp_path / "dangling") == "is a link to nothing"
    assert _error(tmp_path / "loop").startswith("cannot be read: ")


def test_a_file_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("{}")
    file.chmod(0o666)
    assert _error(file) == "can be written by everybody"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("{}")
    file.chmod(0)
    ours = os.geteuid()
    try:
        if ours == 0:
            os.seteuid(65534)  # root reads every file
        assert _error(file) == "cannot be read: Permission denied"
    finally:
        os.seteuid(ours)
