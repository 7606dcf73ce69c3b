from pathlib import Path

from ws_gateway.app import Gateway
from ws_gateway.auth.attempt import OTHERS
from ws_gateway.settings import Settings, SystemSettings


def test_what_checks_which_scheme(tmp_path: Path) -> None:
    gateway = Gateway(Settings(port=0, system=SystemSettings(tmp_path / "session", tls=False)))
    assert {scheme: backend.login.__name__ for scheme, backend in gateway.auth_backends.items()} == {
        "x-conversation": "go_on",
        "negotiate": "negotiate",
        OTHERS: "start",
    }
