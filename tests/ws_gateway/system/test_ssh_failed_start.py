"""Bridges of another host that do not start, or end: a real sshd, and what people are told."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect
from testbed.browser import chromium, find_chromium
from testbed.other_host import NAME, Far, commands_of, log_in
from testbed.processes import wait_until

expect.set_options(timeout=30_000)

PASSWORD = "S3cr3t-anna-7291"
Serve = Callable[..., Any]

pytestmark = pytest.mark.skipif(shutil.which("sshd", path="/usr/sbin:/usr/bin") is None, reason="sshd is not installed")


def test_a_host_without_a_bridge(serve_system: Serve, corner: Any, far: Callable[..., Far]) -> None:
    programs = corner.etc / "few"
    programs.mkdir()
    shutil.copy("/bin/sh", programs / "sh")
    other = far(str(programs))
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    answer = log_in(serve_system("--no-tls"), other.host)
    assert (answer.status, answer.json["problem"]) == (500, "no-cockpit")
    assert answer.json["message"].startswith(f"the bridge on {NAME} exited with status 127 before it said anything: ")
    assert answer.json["message"].endswith("not found")
    shutil.rmtree(programs)


ENDS = {
    "echo 'getting ready' >&2; printf 'no room left\\033[31m\\n' >&2; exit 3": (
        "the bridge on far.example.com exited with status 3 before it said anything: no room left\\x1b[31m"
    ),
    "exit 1": "the bridge on far.example.com exited with status 1 before it said anything; see the log",
    "echo 'out of memory' >&2; kill -9 $$": (
        "the connection to far.example.com ended before the bridge there said anything: out of memory"
    ),
    "kill -9 $PPID": "the connection to far.example.com ended before the bridge there said anything: ",
    "head -c 3000000 /dev/zero >&2; echo >&2; echo 'the end' >&2; exit 4": (
        "the bridge on far.example.com exited with status 4 before it said anything: the end"
    ),
}


def test_a_bridge_that_does_not_start_there_says_why(serve_system: Serve, corner: Any, far: Callable[..., Far]) -> None:
    """As one of this machine does: what class of reason it is, and its last words, safe to show."""
    program = corner.etc / "failing" / "pilothouse-bridge"
    program.parent.mkdir()
    other = far("/etc/failing:/usr/bin:/bin")
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    system = serve_system("--no-tls")
    for script, words in ENDS.items():
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        answer = log_in(system, other.host)
        assert (answer.status, answer.json["problem"]) == (500, "terminated"), answer
        assert answer.json["message"].startswith(words), answer
        assert answer.reason == "Authentication failed: terminated"
        assert "login-ok" not in system.output
    assert "getting ready" in system.output
    wait_until(lambda: "ssh" not in commands_of(system), "none of them stays", 20)
    shutil.rmtree(program.parent)


OTHERWISE = {
    "echo 'Welcome to this machine!'; exec cat": (
        "protocol-error",
        "not the bridge has the word, but a greeting perhaps: ",
    ),
    "exec cat >&2": ("timeout", "The machine takes too long to check the login."),
    """printf '25\\n\\n{"command":"ping","x":1}'; exec cat""": ("protocol-error", "the login's program said"),
}


def test_one_that_says_something_else_or_nothing(serve_system: Serve, corner: Any, far: Callable[..., Far]) -> None:
    program = corner.etc / "failing" / "pilothouse-bridge"
    program.parent.mkdir()
    other = far("/etc/failing:/usr/bin:/bin")
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    settings = corner.etc / "pilothouse" / "pilothouse.conf"
    settings.write_text(f"{settings.read_text()}timeout = 4\n")
    system = serve_system("--no-tls")
    for script, (problem, words) in OTHERWISE.items():
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        answer = log_in(system, other.host)
        assert (answer.status, answer.json["problem"]) == (500, problem), answer
        assert answer.json["message"].startswith(words), answer
    wait_until(lambda: "ssh" not in commands_of(system), "none of them stays", 20)
    shutil.rmtree(program.parent)


async def test_a_bridge_that_dies_later_is_no_failed_login(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    """Once it was there, its sockets hear of the end, and the log has it."""
    other = far()
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    system = serve_system("--no-tls")
    login = log_in(system, other.host)
    one = await system.socket(login, f"cockpit+={other.host}")
    await one.init()
    await one.control(command="open", channel="1:1", payload="stream", spawn=["sh", "-c", "kill -9 $PPID"])
    assert await one.until(lambda received: isinstance(received, tuple) or "problem" in received)
    wait_until(lambda: 'reason="the bridge exited with status 255"' in system.output, "it is on record", 20)
    one.connection.close()


async def test_the_login_page_says_it_in_the_bridges_words(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    program = corner.etc / "failing" / "pilothouse-bridge"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho no room left >&2\nexit 3\n")
    program.chmod(0o755)
    other = far("/etc/failing:/usr/bin:/bin")
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    system = serve_system("--no-tls")
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto(system.url)
        await page.get_by_label("User name").fill("anna")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_text("Other options").click()
        await page.get_by_label("Connect to").fill(other.host)
        await page.keyboard.press("Enter")
        words = f"the bridge on {NAME} exited with status 3 before it said anything: no room left"
        await expect(page.get_by_role("alert")).to_have_text(words)
    shutil.rmtree(program.parent)
