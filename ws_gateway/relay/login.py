"""Who logged in, how, and from where: what a session knows of it from its start to its end."""

import base64
import binascii
from dataclasses import dataclass, field

from bridge.protocol import JsonObject
from ws_gateway.address import LOCAL
from ws_gateway.relay.kept_password import KeptPassword


@dataclass(slots=True)
class Login:
    """One login that succeeded."""

    application: str = LOCAL
    """Which of the gateway's applications it is for: this machine's, or another host's."""
    user: str = ""
    """As it was given; empty where the way to log in does not tell."""
    source: str = ""
    method: str = ""
    superuser: str = ""
    """The superuser bridge that was asked for, `any` for the first; empty: none."""
    password: KeptPassword | None = None
    data: JsonObject = field(default_factory=dict)
    """What the login page's scripts are told besides (`login-data`)."""

    def keep_password(self, credentials: str) -> None:
        """In place of what was kept: `USER:PASSWORD` in base64; what is none is ignored."""
        try:
            given = bytearray(base64.b64decode(credentials, validate=True))
        except (binascii.Error, ValueError):
            return
        user, colon, password = given.partition(b":")
        given[:] = bytes(len(given))
        if colon and user != b"root":
            self.forget_password()
            self.password = KeptPassword(user.decode("utf-8", "replace"), password)

    def forget_password(self) -> None:
        """It will not be needed any more."""
        if self.password is not None:
            self.password.clear()
            self.password = None
