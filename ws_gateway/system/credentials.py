"""What a browser may send to log in with, as whoever checks it is told."""

import base64
import binascii
import re

from bridge.protocol import Problem
from ws_gateway.auth.attempt import TLS_CERT, Attempt
from ws_gateway.config import NEGOTIATE
from ws_gateway.relay.kept_password import KeptPassword
from ws_gateway.relay.login import Login

CREDENTIALS_MAX = 8 * 1024
"""Characters of what a browser may send in one go."""
TOKEN_MAX = 12 * 1024
"""Characters of a Kerberos ticket: with the groups of a large network, and another ticket within."""
NTLM = "TlRMTVNTUAA"
"""How a token begins that a browser makes of a password where it has no ticket; nobody here could check it."""
_CREDENTIALS = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")


def response_of(attempt: Attempt) -> str:
    """What whoever checks the login is told; Problem `authentication-failed` for what none of them could read."""
    if attempt.scheme == "basic":
        return f"Basic {check_base64(attempt.credentials, has=b':')}"
    if attempt.scheme == NEGOTIATE:
        if attempt.credentials.startswith(NTLM):
            raise Problem("authentication-not-supported", "This is no Kerberos ticket.")
        return f"Negotiate {check_base64(attempt.credentials, limit=TOKEN_MAX)}"
    if len(attempt.credentials) > CREDENTIALS_MAX or not _CREDENTIALS.fullmatch(attempt.credentials):
        raise Problem("authentication-failed", "The credentials cannot be understood.")
    scheme = attempt.scheme.capitalize() if attempt.scheme != TLS_CERT else attempt.scheme
    return f"{scheme} {attempt.credentials}".rstrip()


def check_base64(text: str, has: bytes = b"", limit: int = CREDENTIALS_MAX) -> str:
    """`text`, which is base64 of a bounded length, of what `has` is in; Problem `authentication-failed` if not."""
    try:
        if len(text) > limit or has not in base64.b64decode(text, validate=True):
            raise ValueError
    except (binascii.Error, ValueError):
        raise Problem("authentication-failed", "The credentials cannot be understood.") from None
    return text


def login_of(attempt: Attempt, source: str) -> Login:
    """The login that it becomes when it succeeds, with the password if a superuser bridge or a host will ask for it."""
    login = Login(attempt.address.application, source=source, method=attempt.scheme, superuser=attempt.superuser)
    if attempt.scheme == "basic":
        given = bytearray(base64.b64decode(attempt.credentials))
        user, _, rest = given.partition(b":")
        login.user = user.decode("utf-8", "replace")
        password, _, known_hosts = rest.partition(b"\0")
        if login.user != "root" and (login.superuser or attempt.address.host):
            login.password = KeptPassword(login.user, password)
        for piece in (given, rest, known_hosts):
            piece[:] = bytes(len(piece))
    return login
