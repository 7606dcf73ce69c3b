"""Logging in by a Kerberos ticket: a real KDC, real tickets, and the running console."""

import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from testbed import leaks
from testbed.browser import chromium, find_chromium
from testbed.cockpit_gateway import COCKPIT_WS, cockpit_gateway
from testbed.processes import process_table, wait_until
from testbed.realm import HOST, KEYTAB, Connection, Realm, missing
from testbed.system_console import PAM_SERVICE, Reply, System

from ws_gateway.system.credentials import TOKEN_MAX

expect.set_options(timeout=30_000)

SKEW = 3
KEPT = """
auth required pam_exec.so quiet /etc/keep
auth required pam_permit.so
account required pam_permit.so
session required pam_exec.so quiet /etc/keep
"""


class Console:
    """The one console of these tests, and the realm that it is in."""

    def __init__(self, corner: Any, folder: Path) -> None:
        self.corner = corner
        self.realm = Realm(corner, ("anna", "anna/admin", "chief", "ghost", "root", "berta", "nora", "olga"))
        self._file = corner.etc / "pilothouse/pilothouse.conf"
        self.system = System(corner, folder)
        leaks.own(self.system.process.pid)

    def configure(self, text: str = "") -> None:
        """Other settings from now on; what is in no section of `text` is `[WebService]`'s."""
        mark = uuid4().hex
        self._file.write_text(f"[WebService]\nLoginTitle = {mark}\n{text}")
        self.system.process.send_signal(signal.SIGHUP)
        wait_until(lambda: mark.encode() in self.system.get("/").body, "the settings are used", 20)

    def close(self) -> None:
        try:
            self.system.stop()
        finally:
            self.system.kill()
            leaks.disown(self.system.process.pid)
            self.realm.close()


@pytest.fixture(scope="module")
def started(corner_session: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    if program := missing():
        pytest.skip(f"{program} is not installed")
    console = Console(corner_session, tmp_path_factory.mktemp("console"))
    yield console
    console.close()
    shutil.rmtree(corner_session.etc / "pilothouse")


@pytest.fixture
def console(started: Console) -> Iterator[Console]:
    """The console with no settings, and nobody logged in."""
    started.configure()
    yield started
    started.corner.service(PAM_SERVICE)
    wait_until(lambda: started.system.helpers() == [], "every login is over", 20)


@pytest.fixture
def people(console: Console) -> Iterator[Any]:
    """Accounts with something wrong; olga's password is over."""
    corner = console.corner
    for name, options in {
        "berta": ("usermod", "-L", "berta"),
        "nora": ("usermod", "-s", "/usr/sbin/nologin", "nora"),
        "olga": ("chage", "-d", "0", "olga"),
    }.items():
        corner.user(name, "S3cr3t-old-one")
        corner.run(*options)
    yield corner
    for name in ("berta", "nora", "olga"):
        corner.run("userdel", "-r", "-f", name)


def show(system: Any, token: str, **more: str) -> Any:
    return system.get("/cockpit/login", Authorization=f"Negotiate {token}".rstrip(), **more)


async def whose_bridge(system: Any, login: Any, *argv: str) -> str:
    """What a program says in the session that came of the login; then it logs out."""
    assert login.status == 200, (login, system.output)
    one = await system.socket(login)
    await one.init()
    await one.control(command="open", channel="1:1", payload="stream", spawn=list(argv or ("id", "-un")))
    said = ""
    while not (isinstance(got := await one.receive(), dict) and got["command"] == "close"):
        said += got.partition("\n")[2] if isinstance(got, str) else ""
    await one.control(command="logout", disconnect=True)
    while not isinstance(await one.receive(), tuple):
        pass
    one.connection.close()
    return said.strip()


def at_once(system: Any, tokens: Iterable[str]) -> list[Any]:
    """What each is answered, shown from addresses of their own."""
    tokens = list(tokens)
    sources = [f"127.0.0.{number}" for number in range(2, 2 + len(tokens))]
    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(lambda token, source: show(system, token, source=source), tokens, sources))


async def test_a_ticket_becomes_a_session_of_that_person(console: Console) -> None:
    system, realm, corner = console.system, console.realm, console.corner
    keep = corner.etc / "keep"
    keep.write_text('#!/bin/sh\necho "$PAM_TYPE $PAM_USER $PAM_RHOST $PAM_TTY" >> /run/kept\n')
    keep.chmod(0o755)
    corner.service(KEPT)
    corner.records()
    probe = system.get("/cockpit/login")
    assert (probe.status, probe.headers["www-authenticate"]) == (401, "Negotiate")
    assert show(system, "").headers["www-authenticate"] == "Negotiate"
    login = show(system, realm.token(realm.ticket("anna")))
    assert (login.status, list(login.json)) == (200, ["csrf-token"]), system.output
    assert "anna" in corner.run("who", "/run/utmp")
    assert await whose_bridge(system, login) == "anna"
    assert "audit: login-ok user=anna rhost=127.0.0.1 method=negotiate session=" in system.output
    assert "a Kerberos ticket of anna@EXAMPLE.TEST for anna" in system.output
    wait_until(lambda: system.helpers() == [], "PAM is closed", 10)
    # krb5.conf has the last word about who is who.
    assert await whose_bridge(system, show(system, realm.token(realm.ticket("chief")))) == "anna"
    wait_until(lambda: system.helpers() == [], "PAM is closed", 10)
    kept = corner.run("cat", "/run/kept").splitlines()
    assert kept == ["open_session anna 127.0.0.1 web", "close_session anna 127.0.0.1 web"] * 2
    corner.run("rm", "/run/kept")
    assert corner.run("who", "/run/utmp") == ""


async def test_another_client(console: Console) -> None:
    """curl, which knows nothing of ours."""
    system, realm = console.system, console.realm
    argv = ["--silent", "--show-error", "--insecure", "--include", "--negotiate", "--user", ":"]
    argv += ["--resolve", f"{HOST}:{system.port}:127.0.0.1", f"https://{HOST}:{system.port}/cockpit/login"]
    said = console.corner.run("env", f"KRB5CCNAME={realm.ticket('anna')}", "curl", *argv)
    cookie = said.partition("Set-Cookie: ")[2].partition("\n")[0]
    assert await whose_bridge(system, Reply(200, "", {"set-cookie": cookie}, b"")) == "anna"


async def test_tickets_that_are_not_good(console: Console) -> None:
    system, realm = console.system, console.realm
    short, end = realm.short_ticket("anna", 2)
    cache = realm.ticket("anna")
    used = realm.token(cache)
    assert await whose_bridge(system, show(system, used)) == "anna"
    tokens = {
        "another service of this machine": realm.token(cache, service=f"host@{HOST}"),
        "a key that this machine does not have": realm.token(cache, service=f"elsewhere@{HOST}"),
        "no token": "bm90IGEgdG9rZW4=",
        "a part of one": used[: len(used) // 8 * 4],
        "used before": used,
    }
    answers = at_once(system, tokens.values())
    realm.configure(clock_skew=SKEW)
    try:
        wait_until(lambda: time.time() > end + SKEW + 1, "the ticket is over", 20)
        answers.append(show(system, realm.token(short)))
    finally:
        realm.configure()
    refused = {"problem": "authentication-failed", "message": "The Kerberos ticket was not accepted."}
    assert [(answer.status, answer.json) for answer in answers] == [(401, refused)] * (len(tokens) + 1)
    assert not any("set-cookie" in answer.headers for answer in answers)
    for reason in ("does not match server principal HTTP/", "not found in keytab", "is a replay", "Ticket expired"):
        assert reason in system.output
    assert used not in system.output


def test_people_who_are_not_let_in_learn_why(console: Console, people: Any) -> None:
    """With the rules that are shipped, which have root among those who may not log in."""
    if not (people.etc / "pam.d" / "common-auth").exists():
        pytest.skip("the rules are for Debian")
    system, realm = console.system, console.realm
    people.service((Path(__file__).parents[3] / "packaging/pam.d/pilothouse").read_text())
    (people.etc / "pilothouse" / "disallowed-users").write_text("root\n")
    words = {
        "anna/admin": "anna/admin@EXAMPLE.TEST has no account on this machine.",
        "ghost": "This account does not exist on this machine.",
        "nora": "This account is not permitted to log in.",
        "berta": "This account is locked.",
        "root": "Authentication failure",
    }
    answers = at_once(system, [realm.token(realm.ticket(person)) for person in words])
    assert [answer.status for answer in answers] == [403] * len(words), answers
    assert [answer.json["message"].strip() for answer in answers] == list(words.values())
    anna = realm.ticket("anna")
    people.run("chage", "-E", "2020-01-01", "anna")
    over = show(system, realm.token(anna))
    people.run("chage", "-E", "-1", "anna")
    assert (over.status, "expired" in over.json["message"]) == (403, True)
    (people.etc / "nologin").write_text("Back at noon.\n")
    try:
        closed = show(system, realm.token(anna))
    finally:
        (people.etc / "nologin").unlink()
    assert (closed.status, closed.json["message"].strip()) == (403, "Back at noon.")


async def test_a_password_that_is_over_is_changed_on_the_way(console: Console, people: Any) -> None:
    system, realm = console.system, console.realm
    question = show(system, realm.token(realm.ticket("olga")))
    for answer in ("S3cr3t-old-one", "An0ther-l0ng-one", "An0ther-l0ng-one"):
        assert question.status == 401, question
        question = system.answer(question, answer)
    assert await whose_bridge(system, question) == "olga"


async def test_a_ticket_that_is_given_along_is_the_sessions(console: Console) -> None:
    system, realm = console.system, console.realm
    login = show(system, realm.token(realm.ticket("anna", "-f"), "delegate"))
    look = 'stat -c "%U %a" "${KRB5CCNAME#FILE:}"; klist -f; echo "$KRB5CCNAME"'
    owner, *tickets, cache = (await whose_bridge(system, login, "sh", "-c", look)).splitlines()
    assert owner == "anna 600"
    assert "Default principal: anna@EXAMPLE.TEST" in tickets
    wait_until(lambda: system.helpers() == [], "the session is over", 10)
    assert not Path(cache.removeprefix("FILE:")).exists()
    plain = show(system, realm.token(realm.ticket("anna", "-f")))
    assert await whose_bridge(system, plain, "sh", "-c", 'echo "<$KRB5CCNAME>"') == "<>"


async def test_a_negotiation_of_several_steps_is_its_connections(console: Console) -> None:
    console.configure("[Negotiate]\nresponse-timeout = 4\n")
    system, realm = console.system, console.realm
    connections = [Connection(system.port, system.context) for _ in range(3)]
    clients = [realm.client(realm.ticket("anna"), "dce") for _ in range(2)]
    try:
        first, left = (connections[each].show(clients[each].token()) for each in range(2))
        assert (first.status, first.json, left.status) == (401, {}, 401)
        second, late = (
            clients[each].token(reply.headers["www-authenticate"].removeprefix("Negotiate "))
            for each, reply in enumerate((first, left))
        )
        assert await whose_bridge(system, connections[0].show(second)) == "anna"
        # To anybody else it is the first word of another login.
        assert connections[2].show(late).status == 401
        wait_until(lambda: system.helpers() == [], "who does not answer is let go", 10)
        assert connections[1].show(late).status == 401
    finally:
        for each in (*connections, *clients):
            each.close()


def test_too_much_is_not_looked_at(console: Console) -> None:
    before = console.system.output
    for token in ("A" * (TOKEN_MAX + 4), "!", "YQ", "TlRMTVNTUAABAAAA"):
        answer = show(console.system, token)
        assert (answer.status, answer.json["problem"].startswith("authentication-")) == (401, True)
    assert "failed: " not in console.system.output.removeprefix(before)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("[Negotiate]\naction = none\n", "authentication-disabled"),
        ("[Negotiate]\nKeyTab = /etc/none.keytab\n", "authentication-not-supported"),
        ("LoginTo = yes\nRequireHost = yes\n", "access-denied"),
    ],
)
def test_where_it_is_not_to_be(console: Console, settings: str, problem: str) -> None:
    system, realm = console.system, console.realm
    assert b'"negotiate": true' in system.get("/").body
    assert b'"negotiate"' not in system.get("/=far/").body
    console.configure(settings)
    assert system.get("/cockpit/login").headers["www-authenticate"] == "Bearer"
    for token in ("", realm.token(realm.ticket("anna"))):
        assert show(system, token).json["problem"] == problem
    assert b'"negotiate"' not in system.get("/").body
    assert system.helpers() == []


async def test_keys_that_come_later_and_in_another_file(console: Console) -> None:
    system, realm, keytab = console.system, console.realm, console.corner.etc / "console.keytab"
    for content, offered in ((None, "Bearer"), (b"", "Bearer"), (realm.keytab.read_bytes(), "Negotiate")):
        if content is not None:
            keytab.write_bytes(content)
        console.configure("[Negotiate]\nKeyTab = /etc/console.keytab\n")
        assert system.get("/cockpit/login").headers["www-authenticate"] == offered
    assert "Kerberos is not offered: there is no /etc/console.keytab" in system.output
    assert "Kerberos is not offered: /etc/console.keytab: " in system.output
    assert await whose_bridge(system, show(system, realm.token(realm.ticket("anna")))) == "anna"
    keytab.unlink()


async def test_another_program_for_it(console: Console) -> None:
    program = Path(__file__).parents[1] / "auth_command.py"
    console.configure(f"[Negotiate]\nCommand = {sys.executable} -I {program} dG9rZW4=\n")
    system = console.system
    assert system.get("/cockpit/login").headers["www-authenticate"] == "Negotiate"
    assert await whose_bridge(system, show(system, "dG9rZW4=")) == "nobody"
    assert show(system, "bm9uZQ==").status == 401


@pytest.mark.skipif(not COCKPIT_WS.exists(), reason="cockpit-ws is not installed")
def test_our_helper_behind_cockpits_gateway(console: Console) -> None:
    """Which asks it about everybody who says nothing, on the connection on which they say more."""
    realm = console.realm
    with cockpit_gateway(console.corner, "Negotiate", ["--keytab", str(KEYTAB)]) as gateway:
        with closing(Connection(gateway.port)) as connection:
            first = connection.show(None)
            assert (first.status, first.headers["www-authenticate"].strip()) == (401, "Negotiate")
            login = connection.show(realm.token(realm.ticket("anna")))
            assert (login.status, "csrf-token" in login.json, "set-cookie" in login.headers) == (200, True, True)
        helpers = [p.pid for p in process_table().values() if p.parent == gateway.pid]
    wait_until(lambda: not {pid for pid in helpers if pid in process_table()}, "the session ends", 20)


async def test_other_sites_cannot_have_a_browser_log_in(console: Console) -> None:
    system, realm = console.system, console.realm
    token = realm.token(realm.ticket("anna"))
    for where in ("cross-site", "same-site"):
        answer = show(system, token, Sec_Fetch_Site=where)
        assert (answer.status, answer.json["problem"]) == (403, "access-denied")
        assert "www-authenticate" not in system.get("/cockpit/login", Sec_Fetch_Site=where).headers
    assert await whose_bridge(system, show(system, token, Sec_Fetch_Site="same-origin")) == "anna"


@pytest.fixture
async def page(console: Console, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page of a browser that has the ticket of `request.param`."""
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    cache = console.realm.ticket(request.param, folder=tmp_path) if request.param else "FILE:/nonexistent"
    environ = {"KRB5_CONFIG": str(console.corner.etc / "krb5.conf"), "KRB5CCNAME": cache}
    async with chromium("--auth-server-allowlist=127.0.0.1", **environ) as program:
        context = await program.new_context(ignore_https_errors=True)
        yield await context.new_page()
        await context.close()


async def log_out(page: Page) -> None:
    await page.get_by_role("button", name="Session of anna").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await expect(page.get_by_label("User name")).to_be_visible()


@pytest.mark.parametrize("page", ["anna"], indirect=True)
async def test_a_browser_with_a_ticket_needs_no_form(console: Console, page: Page) -> None:
    """Until it has been told to leave: then there is the form, until the page is loaded anew."""
    for _ in range(2):
        await page.goto(console.system.url)
        await log_out(page)
    assert 'reason="logged out"' in console.system.output


@pytest.mark.parametrize(("page", "said"), [("", ""), ("ghost", "This account does not exist")], indirect=["page"])
async def test_a_browser_has_the_form_where_that_does_not_work(console: Console, page: Page, said: str) -> None:
    """And says why, if the ticket was good."""
    await page.goto(console.system.url)
    await expect(page.get_by_label("User name")).to_be_visible()
    await expect(page.locator("#problem")).to_contain_text(said)
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password").fill("S3cr3t-anna-7291")
    await page.get_by_label("Password").press("Enter")
    await log_out(page)
