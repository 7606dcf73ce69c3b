"""Which keys of another host count. Whole logins with them are in test_ssh_login."""

import shutil
from pathlib import Path

import pytest

from bridge.protocol import Problem
from ws_gateway.system import known_keys
from ws_gateway.system.known_keys import LINES_MAX, KnownKeys, accepted_keys, is_known

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKjeqAhbMmMaz5A/b6XGKVUn9tVPFtHL9uHyNOvFsRWR"
HOST = "[far.example.com]:2222"
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh is not installed")


@pytest.mark.parametrize(
    "line",
    [
        f"far.example.com {KEY}",
        f"* {KEY}",
        f"{HOST},other {KEY}",
        f"@cert-authority {HOST} {KEY}",
        f"@revoked {HOST} {KEY}",
        f"{HOST} {KEY} comment",
        f"{HOST} ssh-ed25519",
        f"{HOST} -x {KEY}",
        f"#{HOST} {KEY}",
    ],
)
def test_what_a_browser_has_besides_does_not_count(line: str) -> None:
    assert accepted_keys(HOST, f"{line}\n{HOST} {KEY}\r\n") == [f"{HOST} {KEY}"]


def test_of_a_flood_a_bounded_part_counts() -> None:
    assert len(accepted_keys(HOST, f"{HOST} {KEY}\n" * 1000)) == LINES_MAX
    assert accepted_keys(HOST, f"{'x' * 10_000}\n{HOST} {KEY}\n") == []


@needs_ssh
def test_the_administrators_word_counts_before_the_browsers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ssh_known_hosts"
    monkeypatch.setattr(known_keys, "ADMINISTRATORS", file)
    for known, kept in ((None, f"{HOST} {KEY}\n"), ("", f"{HOST} {KEY}\n"), (f"[*.example.com]:2222 {KEY}\n", "")):
        if known is not None:
            file.write_text(known)
        with KnownKeys(HOST, f"{HOST} {KEY}\n") as keys:
            assert (keys.file.read_text(), keys.now()) == (kept, kept)
            assert keys.file.stat().st_mode & 0o077 == 0
        assert not keys.file.exists()


@needs_ssh
def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        is_known(HOST, tmp_path)


@needs_ssh
def test_what_was_accepted_meanwhile_is_kept() -> None:
    with KnownKeys(HOST, "") as keys:
        with keys.file.open("a") as file:
            file.write(f"{HOST} {KEY}\n")
        assert keys.now() == f"{HOST} {KEY}\n"
