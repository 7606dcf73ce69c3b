"""A login by a Kerberos ticket (`Negotiate`, RFC 4559), as the session helper has it: who it is, and their ticket."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bridge.protocol import Problem
from ws_gateway.logs.log import printable
from ws_gateway.system.account import Account, find_account, is_locked
from ws_gateway.system.gss import Acceptor, GssError
from ws_gateway.system.helper_dialogue import Dialogue, Token

ROUNDS_MAX = 5
"""Tokens of the browser's: Kerberos needs one, in a rare form of it two, and SPNEGO one more to agree on it."""
CACHES = Path("/tmp")  # noqa: S108 - as sshd(8): for everybody, and nobody can remove another's
"""Where tickets are kept that were given along."""
REFUSED = "The Kerberos ticket was not accepted."

_log = logging.getLogger(__name__)


class Negotiation:
    """One login. `run` first; must be closed."""

    def __init__(self, dialogue: Dialogue, keytab: Path | None) -> None:
        """`keytab`: the keys of this machine; Problem `authentication-not-supported` where tickets cannot be taken."""
        self._dialogue = dialogue
        try:
            if keytab is None:
                raise GssError("there is no keytab")
            self._acceptor = Acceptor(keytab)
        except GssError as error:
            _log.error("a Kerberos ticket cannot be looked at: %s", error)
            raise Problem("authentication-not-supported", "Kerberos tickets are not taken here.") from None
        self._cache: Path | None = None

    def run(self, first: Token) -> Account:
        """Whose ticket it is. Problem `authentication-failed` if it is not good, `access-denied` if it is nobody's."""
        try:
            self._agree(first.token)
        except GssError as error:
            _log.warning("login from %s failed: %s", printable(first.source), printable(str(error), 300))
            raise Problem("authentication-failed", REFUSED) from None
        principal = printable(self._acceptor.principal, 200)
        try:
            user = self._acceptor.user
        except GssError as error:
            _log.warning("%s is no user of this machine: %s", principal, printable(str(error), 200))
            raise Problem("access-denied", f"{principal} has no account on this machine.") from None
        _log.info("a Kerberos ticket of %s for %s", principal, printable(user))
        account = find_account(user)
        if is_locked(account.name):
            # PAM has it among its questions for the password, which was not asked for.
            raise Problem("access-denied", "This account is locked.", user=account.name)
        return account

    def _agree(self, token: bytes) -> None:
        token = token or self._dialogue.exchange(b"")
        for _ in range(ROUNDS_MAX):
            answer, is_done = self._acceptor.step(token)
            if is_done:
                return
            token = self._dialogue.exchange(answer)
        raise GssError("there is no end to it")

    def store(self, account: Account) -> str:
        """Where the ticket is that the person gave along (`KRB5CCNAME`): their own file; empty if there is none.

        This process has the person's supplementary groups.
        """
        if not self._acceptor.is_delegated:
            return ""
        cache = CACHES / f"krb5cc_{account.uid}_{secrets.token_hex(8)}"
        try:
            with _acting_as(account):
                self._acceptor.store(f"FILE:{cache}")
        except (GssError, OSError) as error:
            _log.warning("the ticket of %s could not be kept: %s", account.name, printable(str(error), 200))
            return ""
        self._cache = cache
        self._account = account
        return f"FILE:{cache}"

    def close(self) -> None:
        """Forgets everything, and removes the ticket."""
        self._acceptor.close()
        if self._cache is not None:
            with suppress(OSError), _acting_as(self._account):
                self._cache.unlink()
            self._cache = None


@contextmanager
def _acting_as(account: Account) -> Iterator[None]:
    """Files are the person's meanwhile, and only theirs can be reached; who may look into this process stays root."""
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
