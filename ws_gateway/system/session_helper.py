"""The only part that is root on somebody's behalf; `python -I -m ws_gateway.system.session_helper`, one per login.

Its stdin and stdout are a socket to the gateway. It asks for credentials (`helper_dialogue`), has PAM check them, or
GSSAPI a Kerberos ticket (`negotiation`), opens the PAM session, starts the bridge as the person (`supervision`), waits
for its end, and closes what it opened. It needs the standard library alone, reads no setting of the person's, and takes
nothing from its environment.
"""

import argparse
import logging
import os
import random
import resource
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.protocol import Problem
from ws_gateway.logs.log import printable
from ws_gateway.system import login_records
from ws_gateway.system.account import Account, environment_of, find_account
from ws_gateway.system.hardening import forbid_core, set_dumpable
from ws_gateway.system.helper_dialogue import ANSWER_TIME, Credentials, Dialogue, Token
from ws_gateway.system.pam import Item, Message, Pam, PamError, Style, wipe
from ws_gateway.system.supervision import Supervisor, start_bridge, watch_signals

if TYPE_CHECKING:
    from ws_gateway.system.negotiation import Negotiation

SERVICE = "pilothouse"
TERMINAL = "web"
"""What PAM is told in place of a terminal."""
FAILURE_AFTER = 2.0
"""Seconds from the credentials to the word that they are wrong: the same whatever is wrong with them."""
FAILURE_SPREAD = 0.5
"""Seconds at most that are added to it by chance."""
REFUSED = 5
"""The exit status of a login that failed."""
WRONG = "Wrong user name or password."

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """One login, from the first question to the end of its session; the exit status."""
    parser = argparse.ArgumentParser(prog="pilothouse-session")
    parser.add_argument("--service", default=SERVICE, help="the PAM service (%(default)s)")
    parser.add_argument("--pam-folder", type=Path, help="where its file is, in place of the system's folders")
    parser.add_argument(
        "--keytab", type=Path, help="the keys for which Kerberos tickets are taken; none are without it"
    )
    parser.add_argument("bridge", nargs="*", default=[sys.executable, "-I", "-m", "bridge"])
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="pilothouse: %(message)s")
    core_limit = _harden()
    connection = socket.socket(fileno=os.dup(0))
    dialogue = Dialogue(connection)
    try:
        login = Login(dialogue, options.service, options.pam_folder, core_limit)
        login.run(connection, options.bridge, options.keytab)
    except Problem as problem:
        with suppress(Problem):
            dialogue.refuse(problem)
        return REFUSED
    return 0


def _harden() -> tuple[int, int]:
    set_dumpable(False)
    limit = forbid_core()
    os.chdir("/")
    os.umask(0o022)
    os.closerange(3, 4096)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    return limit


class Login:
    """One login. `run` raises Problem when it does not come about."""

    def __init__(self, dialogue: Dialogue, service: str, folder: Path | None, core_limit: tuple[int, int]) -> None:
        self._dialogue = dialogue
        self._service = service
        self._folder = folder
        self._core_limit = core_limit
        self._password: bytearray | None = None
        self._negotiation: Negotiation | None = None

    def run(self, connection: socket.socket, bridge: Sequence[str], keytab: Path | None = None) -> None:
        """Returns when the session is over."""
        given = self._dialogue.begin()
        with ExitStack() as stack:
            if isinstance(given, Credentials):
                pam = stack.enter_context(closing(self._start(given.user, given.source, given.password)))
                self._authenticate(pam, given)
            else:
                user = self._negotiate(stack, given, keytab)
                pam = stack.enter_context(closing(self._start(user, given.source)))
            account = self._admit(pam)
            signal.alarm(0)
            self._serve(pam, account, given.source, connection, bridge)

    def _start(self, user: str, source: str, password: bytearray | None = None) -> Pam:
        try:
            pam = Pam(self._service, user, self._converse, self._folder)
            pam.set_item(Item.RHOST, source)
            pam.set_item(Item.TTY, TERMINAL)
        except (PamError, OSError) as exc:
            wipe(password or bytearray())
            _log.error("login: %s", exc)
            raise Problem("internal-error", "Logging in does not work on this machine; its log says why.") from None
        self._password = password
        return pam

    def _authenticate(self, pam: Pam, credentials: Credentials) -> None:
        """Problem `authentication-failed`, the same and as late whatever was wrong."""
        answer_at = _late()
        try:
            pam.own_delay()
            pam.authenticate()
        except PamError:
            login_records.record_failure(credentials.user, credentials.source)
            known = _known(credentials.user)
            _log.warning("login from %s failed%s", printable(credentials.source), f" for {known}" if known else "")
            _wait_until(answer_at)
            raise Problem("authentication-failed", WRONG, user=known) from None
        finally:
            wipe(credentials.password)
            self._password = None

    def _negotiate(self, stack: ExitStack, token: Token, keytab: Path | None) -> str:
        """The user whose ticket it is; PAM is not asked who they are. What is no ticket is found out as late."""
        from ws_gateway.system.negotiation import Negotiation

        answer_at = _late()
        self._negotiation = stack.enter_context(closing(Negotiation(self._dialogue, keytab)))
        try:
            user = self._negotiation.run(token).name
        except Problem as problem:
            if problem.code == "authentication-failed":
                _wait_until(answer_at)
            raise
        self._dialogue.tell({}, user=printable(user))
        return user

    def _admit(self, pam: Pam) -> Account:
        """The person is who they say, so they may learn why they are not let in: Problem `access-denied`."""
        try:
            if not pam.check_account():
                pam.change_expired_password()
        except PamError as error:
            said = self._dialogue.notes(Style.ERROR) or self._dialogue.notes(Style.INFO) or error.text
            _log.warning("login of %s was not permitted: %s", printable(pam.user), printable(said, 200))
            raise Problem("access-denied", said, user=printable(pam.user)) from None
        account = find_account(pam.user)
        resource.setrlimit(resource.RLIMIT_CORE, self._core_limit)
        return account

    def _serve(self, pam: Pam, account: Account, source: str, connection: socket.socket, bridge: Sequence[str]) -> None:
        signals = watch_signals()
        try:
            os.initgroups(account.name, account.gid)
            pam.establish_credentials()
            environment = {"XDG_SESSION_CLASS": "user", "XDG_SESSION_TYPE": "web"}
            if self._negotiation is not None and (cache := self._negotiation.store(account)):
                environment["KRB5CCNAME"] = cache
            for name, value in environment.items():
                pam.put_environment(name, value)
            pam.open_session()
        except (PamError, OSError) as error:
            _log.warning("no session for %s: %s", account.name, error)
            told = "Your session could not be opened; the machine's log says why."
            raise Problem("access-denied", told, user=account.name) from None
        try:
            login_records.record_login(account.name, source)
            _log.info("session of %s from %s opened", account.name, printable(source))
            child = start_bridge(account, bridge, environment_of(account, pam.environment()), connection)
            supervisor = Supervisor(child, connection, signals)
            status = supervisor.wait()
            if (problem := supervisor.failed_start(status)) is not None:
                problem.extra["user"] = account.name
                with suppress(Problem):
                    self._dialogue.refuse(problem)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            _log.info("session of %s ended (%d)", account.name, status)
        except OSError as error:
            _log.error("no bridge for %s: %s", account.name, error)
            raise Problem("internal-error", "Your session could not be started; the machine's log says why.") from None
        finally:
            login_records.record_logout()
            with suppress(PamError):
                pam.close_session()

    def _converse(self, message: Message) -> bytearray | None:
        """The first secret that is asked for is the password; whatever else is asked the person answers."""
        if message.style in (Style.ERROR, Style.INFO):
            self._dialogue.note(message)
            return None
        if message.style is Style.SECRET and self._password is not None:
            password, self._password = self._password, None
            return password
        return self._dialogue.ask(message)


def _late() -> float:
    """When to say that a login failed that begins now."""
    return time.monotonic() + FAILURE_AFTER + random.SystemRandom().uniform(0, FAILURE_SPREAD)


def _wait_until(moment: float) -> None:
    signal.alarm(ANSWER_TIME)
    time.sleep(max(0.0, moment - time.monotonic()))  # noqa: TID251 - there is no loop here, one login only


def _known(user: str) -> str:
    """Only of a name that exists: people type their password into the wrong field."""
    with suppress(Problem):
        return printable(find_account(user).name)
    return ""


if __name__ == "__main__":
    sys.exit(main())
