"""Who checks a login, of what is configured."""

from pathlib import Path

import pytest

from bridge.protocol import Problem
from ws_gateway.address import Address
from ws_gateway.auth.attempt import Attempt
from ws_gateway.config import Config, Negotiate, SshLogin, Way
from ws_gateway.system.ssh_host import ALLOW_LOCAL
from ws_gateway.system.ways import SSH_LOGIN, UNKNOWN_HOSTS, checker_for

HELPER = Path("/run/helper")
FAR = Address("cockpit+=far", "far", "/cockpit/login")
PROGRAM = Way(("/usr/bin/check",))


@pytest.mark.parametrize(
    ("scheme", "ways", "path", "command"),
    [
        ("basic", {}, HELPER, ()),
        ("basic", {"basic": Way(timeout=5)}, HELPER, ()),
        ("basic", {"basic": PROGRAM}, None, ("/usr/bin/check",)),
        ("bearer", {"bearer": PROGRAM}, None, ("/usr/bin/check",)),
        ("tls-cert", {"tls-cert": Way(unix_path=Path("/run/x"))}, Path("/run/x"), ()),
    ],
)
def test_this_machine(scheme: str, ways: dict[str, Way], path: Path | None, command: tuple[str, ...]) -> None:
    checker = checker_for(Attempt(scheme, ""), Config(ways=ways), HELPER)
    assert (checker.way.unix_path, checker.way.command, checker.host) == (path, command, "localhost")


@pytest.mark.parametrize(
    ("negotiate", "has_keytab", "path", "command"),
    [
        (Negotiate(), True, HELPER, ()),
        (Negotiate(("/usr/bin/check",)), False, None, ("/usr/bin/check",)),
        (Negotiate(unix_path=Path("/run/x")), True, Path("/run/x"), ()),
    ],
)
def test_tickets(negotiate: Negotiate, has_keytab: bool, path: Path | None, command: tuple[str, ...]) -> None:
    checker = checker_for(Attempt("negotiate", ""), Config(negotiate=negotiate), HELPER, has_keytab)
    assert (checker.way.unix_path, checker.way.command) == (path, command)


@pytest.mark.parametrize(
    ("negotiate", "code"),
    [(Negotiate(), "authentication-not-supported"), (Negotiate(is_off=True), "authentication-disabled")],
)
def test_no_tickets(negotiate: Negotiate, code: str) -> None:
    with pytest.raises(Problem, match=code):
        checker_for(Attempt("negotiate", ""), Config(negotiate=negotiate), HELPER, has_keytab=negotiate.is_off)


@pytest.mark.parametrize(
    ("attempt", "config", "code"),
    [
        (Attempt("bearer", ""), Config(), "authentication-not-supported"),
        (Attempt("bearer", ""), Config(ways={"bearer": Way()}), "authentication-not-supported"),
        (Attempt("basic", ""), Config(ways={"basic": Way(is_off=True)}), "authentication-disabled"),
        (Attempt("basic", ""), Config(require_host=True), "access-denied"),
        (Attempt("basic", "", address=FAR), Config(ssh_login=SshLogin(("/x",))), "access-denied"),
        (
            Attempt("bearer", "", address=FAR),
            Config(login_to=True, ssh_login=SshLogin(("/x",))),
            "authentication-not-supported",
        ),
    ],
)
def test_nobody(attempt: Attempt, config: Config, code: str) -> None:
    with pytest.raises(Problem) as caught:
        checker_for(attempt, config, HELPER)
    assert caught.value.code == code


@pytest.mark.parametrize(("asks", "allowed", "said"), [(True, False, "1"), (False, True, "1"), (False, False, None)])
def test_another_host(asks: bool, allowed: bool, said: str | None) -> None:
    config = Config(login_to=True, ssh_login=SshLogin(("/x",), connect_to_unknown_hosts=allowed))
    checker = checker_for(Attempt("basic", "", address=FAR, asks_about_hosts=asks), config, HELPER)
    assert (checker.host, checker.environ.get(UNKNOWN_HOSTS)) == ("far", said)


def test_another_host_by_ssh_where_nothing_else_is_configured() -> None:
    checker = checker_for(Attempt("basic", "", address=FAR), Config(login_to=True), HELPER)
    assert (checker.way.command, checker.host) == (SSH_LOGIN, "far")


@pytest.mark.parametrize("host", ["localhost", "127.1", "[::1]:22"])
def test_no_way_back_to_this_machine_unless_allowed(host: str) -> None:
    attempt = Attempt("basic", "", address=Address(f"cockpit+={host}", host, "/cockpit/login"))
    for way in (SshLogin(), SshLogin(("/x",))):
        with pytest.raises(Problem, match="access-denied"):
            checker_for(attempt, Config(login_to=True, ssh_login=way), HELPER)
    checker = checker_for(attempt, Config(login_to=True, ssh_login=SshLogin(allow_local=True)), HELPER)
    assert (checker.way.command, checker.host) == ((*SSH_LOGIN, ALLOW_LOCAL), host)
