import sys
from pathlib import Path

import pytest

from ws_gateway.settings import LOGIN_FILES, OUR_BRIDGE, Settings, SystemSettings


def test_the_bridge_is_started_isolated_from_its_surroundings() -> None:
    assert (sys.executable, "-I", "-m", "bridge") == OUR_BRIDGE


NEGOTIATE = {"negotiate": {"command": "/usr/bin/check"}}


@pytest.mark.parametrize(
    ("keytab", "sections", "taken"),
    [
        (None, {}, False),
        (Path("/etc/krb5.keytab"), {}, True),
        (Path("/etc/krb5.keytab"), {"negotiate": {"action": "none"}}, False),
        (Path("/etc/krb5.keytab"), {"webservice": {"requirehost": "yes"}}, False),
        (None, NEGOTIATE, True),
        (None, {"negotiate": {"unixpath": "/run/check"}}, True),
    ],
)
def test_where_tickets_are_taken(keytab: Path | None, sections: dict[str, dict[str, str]], taken: bool) -> None:
    assert SystemSettings(Path("/run/helper"), sections=sections, keytab=keytab).takes_tickets is taken


def test_defaults() -> None:
    settings = Settings()
    assert (settings.address, settings.port) == ("127.0.0.1", 9090)
    assert (LOGIN_FILES / "login.html").is_file()
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]
