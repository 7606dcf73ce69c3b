"""What ssh(1) asks and says, in the only language that it has: questions told apart, and ends given their problem."""

import re
from typing import NamedTuple

from bridge.protocol import Problem

AUTHENTICATED = "Authenticated to "
"""How the line begins by which it tells (`LogLevel=VERBOSE`) that the host's own programs have the word now."""
_KEY = re.compile(r"^(\S+) key fingerprint is (\S+?)\.?$", re.MULTILINE)
_HOST = re.compile(r"^The authenticity of host '([^']{1,300})' can't be established")
_PASSWORD = re.compile(r"(?:\(\S+@\S+\) )?(?:\S+@\S+'s |unix |ldap )?password(?: for \S+)?: ?", re.IGNORECASE)
_PROBLEMS = (
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", "invalid-hostkey"),
    ("differs from the key for the IP address", "invalid-hostkey"),
    ("REVOKED", "invalid-hostkey"),
    ("Host key verification failed", "unknown-hostkey"),
    ("host key is known for", "unknown-hostkey"),
    ("Permission denied", "authentication-failed"),
    ("Too many authentication failures", "authentication-failed"),
)
_SENTENCES = {
    "invalid-hostkey": "The host's key is another one than the one that is known. Nothing was sent.",
    "unknown-hostkey": "The host's key is not known.",
    "authentication-failed": "Wrong user name or password.",
    "no-host": "The host cannot be reached.",
}


class HostKey(NamedTuple):
    """A key that nobody knows."""

    host: str
    kind: str
    fingerprint: str


def host_key_in(question: str) -> HostKey | None:
    """The key that is asked about; None for all other questions."""
    host, key = _HOST.search(question), _KEY.search(question)
    if host is None or key is None:
        return None
    return HostKey(host[1].partition(" ")[0], key[1], key[2])


def asks_for_password(question: str) -> bool:
    """Whether the answer is the password of the account, and no new one, and none for one time."""
    return _PASSWORD.fullmatch(question.rpartition("\n")[2]) is not None


def problem_in(said: str) -> Problem:
    """Why ssh ended before the host's own programs had the word. Who cannot be reached is not told apart by why."""
    code = next((code for words, code in _PROBLEMS if words in said), "no-host")
    return Problem(code, _SENTENCES[code])
