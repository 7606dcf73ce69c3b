from http.client import HTTPConnection
from pathlib import Path

from testbed.console import Console, run_to_end


def test_a_fresh_link_each_time_and_each_works_once(tmp_path: Path) -> None:
    console = Console(tmp_path)
    try:
        links = {console.link, console.new_link(), console.new_link()}
        assert len(links) == 3
        for link in links:
            assert [login(link), login(link)] == [200, 401]
    finally:
        console.stop()


def login(link: str) -> int:
    url, _, token = link.partition("/#token=")
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/cockpit/login", headers={"Authorization": f"Bearer {token}"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_several_instances_are_told_apart_by_port(tmp_path: Path) -> None:
    one, two = Console(tmp_path), Console(tmp_path)
    try:
        done = run_to_end(tmp_path, "login-url")
        assert done.returncode == 1
        assert str(one.port) in done.stderr
        assert str(two.port) in done.stderr
        done = run_to_end(tmp_path, "login-url", "--port", str(two.port))
        assert done.stdout.startswith(two.url)
    finally:
        one.stop()
        two.stop()


def test_where_none_runs(tmp_path: Path) -> None:
    done = run_to_end(tmp_path, "login-url")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "pilothouse: no console of this user runs; start one with: pilothouse serve\n"
