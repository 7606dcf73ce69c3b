"""Group M, 112: the clock is set, and files are replaced, while the console runs."""

import email.utils
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from testbed.processes import wait_until
from testbed.raw_web import RawWebSocket, get, status

from bridge.testing.console import Console

ROOT = Path(__file__).parents[3]
LIBRARIES = [
    *Path("/usr").glob("lib*/faketime/libfaketime.so.1"),
    *Path("/usr/lib").glob("*/faketime/libfaketime.so.1"),
]


class Person:
    """Somebody who is logged in by a link."""

    def __init__(self, console: Console, link: str) -> None:
        self.port = console.port
        answer = get(console.port, "/cockpit/login", f"Authorization: Bearer {link.partition('#token=')[2]}")
        assert status(answer) == 200, answer
        self.cookie = next(line for line in answer.decode().split("\r\n") if line.startswith("Set-Cookie: "))[12:]
        self.cookie = self.cookie.partition(";")[0]

    def is_served(self) -> None:
        assert status(get(self.port, "/cockpit/login", f"Cookie: {self.cookie}")) == 200
        with RawWebSocket(self.port, "/cockpit/socket", f"Cookie: {self.cookie}") as socket:
            socket.init()
            socket.echo_works()


@pytest.fixture
def consoles() -> Iterator[list[Console]]:
    made: list[Console] = []
    yield made
    for console in made:
        console.stop()


@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")
def test_m112_a_clock_that_jumps_ends_no_session_and_makes_none_immortal(
    tmp_path: Path, consoles: list[Console]
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    faked = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    console = Console(tmp_path, environ=faked)
    consoles.append(console)

    def date() -> float:
        head = get(console.port, "/ping").decode()
        line = next(line for line in head.split("\r\n") if line.startswith("Date: "))
        return email.utils.parsedate_to_datetime(line[6:]).timestamp()

    before = date()
    person = Person(console, console.link)
    for jump in (86400, -86400):
        clock.write_text(f"{jump:+d}")
        wait_until(lambda jump=jump: abs(date() - before - jump) < 3600, "its clock is another", 10)  # type: ignore[misc]
        person.is_served()
        assert status(get(console.port, "/cockpit/login", f"Cookie: {person.cookie}x")) == 401


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with the program, as an installation has it."""
    folder = tmp_path / "site"
    for name in ("ws_gateway", "bridge", "manifests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "plugins").symlink_to(ROOT / "plugins")
    return folder


def test_m112_files_that_are_replaced_under_it(tmp_path: Path, installed: Path, consoles: list[Console]) -> None:
    """Who is there is served on, whatever half of the new files is there, and so they are afterwards."""
    console = Console(tmp_path, environ={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"})
    consoles.append(console)
    person = Person(console, console.link)
    person.is_served()
    old = {file: file.read_bytes() for file in installed.rglob("*.py") if "plugins" not in file.parts}
    for file in old:
        file.write_bytes(b"def half_of_a_fi(")
    person.is_served()
    assert status(get(console.port, "/")) == 200
    assert status(get(console.port, "/ping")) == 200
    assert b"Traceback" not in get(console.port, "/cockpit/nowhere", f"Cookie: {person.cookie}")
    for file, content in old.items():
        file.write_bytes(content)
    person.is_served()
    with RawWebSocket(console.port, "/cockpit/socket", f"Cookie: {person.cookie}") as socket:
        socket.init()
        socket.control(command="logout", disconnect=True)
        assert socket.close_code() == 1001
