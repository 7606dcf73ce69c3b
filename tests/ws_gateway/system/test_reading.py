"""What the monitor reads for the gateway."""

import hashlib
from pathlib import Path

import pytest

from ws_gateway.config import ConfigError
from ws_gateway.listening.certificates import FOLDER, make_own
from ws_gateway.settings import SystemSettings
from ws_gateway.system.reading import read_system


def written(folder: Path, token: str = "0123456789abcdef", mode: int = 0o600) -> SystemSettings:
    (folder / "token").write_text(f"{token}\n")
    (folder / "token").chmod(mode)
    (folder / "pilothouse.conf").write_text(f"[Metrics]\nTokenFile = {folder}/token\n")
    return SystemSettings(folder / "session", tls=False)


def test_the_gateway_gets_a_digest(tmp_path: Path) -> None:
    system = read_system(tmp_path, written(tmp_path))
    assert system.metrics_token == hashlib.sha256(b"0123456789abcdef").hexdigest()
    (tmp_path / "pilothouse.conf").unlink()
    assert read_system(tmp_path, system).metrics_token == ""


@pytest.mark.parametrize(
    ("token", "mode", "said"),
    [("short", 0o600, "shorter"), ("x" * 20, 0o644, "everybody"), ("x" * 2000, 0o600, "cannot be read")],
)
def test_tokens_that_are_none(tmp_path: Path, token: str, mode: int, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_system(tmp_path, written(tmp_path, token, mode))


@pytest.mark.parametrize("content", [None, b"nonsense"])
def test_a_keytab_without_keys(tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture) -> None:
    """One with keys is in test_negotiation."""
    (tmp_path / "pilothouse.conf").write_text(f"[Negotiate]\nKeyTab = {tmp_path}/keytab\n")
    if content is not None:
        (tmp_path / "keytab").write_bytes(content)
    assert read_system(tmp_path, SystemSettings(tmp_path / "session", tls=False)).keytab is None
    (said,) = caplog.messages
    assert said.startswith("Kerberos is not offered: ")


@pytest.mark.parametrize("line", ["action = none", "Command = /usr/bin/check"])
def test_nobody_looks_at_keys_that_are_not_needed(tmp_path: Path, line: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "pilothouse.conf").write_text(f"[Negotiate]\nKeyTab = {tmp_path}/keytab\n{line}\n")
    assert read_system(tmp_path, SystemSettings(tmp_path / "session", tls=False)).keytab is None
    assert caplog.messages == []


def test_the_certificate_to_believe_in(tmp_path: Path) -> None:
    own = make_own(tmp_path / FOLDER, ("localhost",))
    system = SystemSettings(tmp_path / "session", tls=True)
    assert read_system(tmp_path, system).authority == own.read_text()
    (tmp_path / FOLDER / "50-mine.crt").write_text("another")
    assert read_system(tmp_path, system).authority == ""
