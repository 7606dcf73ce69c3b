import sys

import pytest

from ws_gateway.settings import LOGIN_FILES, OUR_BRIDGE, Settings


def test_the_bridge_is_started_isolated_from_its_surroundings() -> None:
    assert (sys.executable, "-I", "-m", "bridge") == OUR_BRIDGE


def test_defaults() -> None:
    settings = Settings()
    assert (settings.address, settings.port) == ("127.0.0.1", 9090)
    assert (LOGIN_FILES / "login.html").is_file()
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]
