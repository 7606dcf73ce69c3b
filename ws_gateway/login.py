"""Who logged in, how, and from where: what a session knows of it from its start to its end."""

from dataclasses import dataclass, field

from bridge.protocol import JsonObject
from ws_gateway.address import LOCAL
from ws_gateway.kept_password import KeptPassword


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

    def forget_password(self) -> None:
        """It will not be needed any more."""
        if self.password is not None:
            self.password.clear()
            self.password = None
