import os
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol import Problem
from ws_gateway.system.account import DEFAULT_SHELLS, Account, environment_of, find_account, login_shells

ANNA = Account("anna", 4711, 4711, "/home/anna", "/bin/bash")


def test_root_may_log_in_as_far_as_we_are_concerned() -> None:
    account = find_account("root")
    assert (account.uid, account.home) == (0, "/root")


@pytest.mark.parametrize("name", ["daemon", "nobody", "pilothouse-nobody-has-this-name", "a\0b", ""])
def test_accounts_that_nobody_logs_in_to(name: str) -> None:
    with pytest.raises(Problem, match="access-denied"):
        find_account(name)


def test_a_locked_password_is_told_from_none(corner: Any) -> None:
    """`!` before a password is a lock; accounts of people who never had one have `!`, `*` or the like."""
    entries = {"a": "!$6$salt$hash", "b": "!", "c": "*", "d": "!!", "e": "!*", "f": "$6$salt$hash", "g": "", "h": "!x"}
    shadow = corner.etc / "shadow"
    kept = shadow.read_text()
    shadow.write_text(kept + "".join(f"test-{name}:{word}:19000::::::\n" for name, word in entries.items()))
    try:
        script = (
            "import sys; from ws_gateway.system.account import is_locked; print([is_locked(n) for n in sys.argv[1:]])"
        )
        said = corner.python(script, *[f"test-{name}" for name in entries], "nobody-has-this-name")
    finally:
        shadow.write_text(kept)
    assert said.strip() == str([name in ("a", "h") for name in entries] + [False])


def test_the_shells_of_people(tmp_path: Path) -> None:
    listed = tmp_path / "shells"
    listed.write_text("# comment\n/bin/sh\n\n /bin/zsh # good\nrelative\n")
    assert login_shells(listed) == ("/bin/sh", "/bin/zsh")
    assert login_shells(tmp_path / "none") == DEFAULT_SHELLS


def test_the_environment_is_pams_below_the_accounts(tmp_path: Path) -> None:
    environ = environment_of(ANNA, {"LANG": "de_DE.UTF-8", "HOME": "/elsewhere", "KRB5CCNAME": "x"}, tmp_path)
    assert environ.pop("PATH").startswith("/usr/local/bin:")
    assert environ == {
        "LANG": "de_DE.UTF-8",
        "KRB5CCNAME": "x",
        "HOME": "/home/anna",
        "SHELL": "/bin/bash",
        "USER": "anna",
        "LOGNAME": "anna",
    }


def test_the_runtime_folder_only_where_it_is_the_persons(tmp_path: Path) -> None:
    own = Account("me", os.getuid(), os.getgid(), "/", "/bin/sh")
    assert "XDG_RUNTIME_DIR" not in environment_of(own, {}, tmp_path)
    (tmp_path / str(own.uid)).mkdir()
    assert environment_of(own, {}, tmp_path)["XDG_RUNTIME_DIR"] == str(tmp_path / str(own.uid))
    (tmp_path / "4711").mkdir()
    assert "XDG_RUNTIME_DIR" not in environment_of(ANNA, {}, tmp_path)
    assert environment_of(own, {"XDG_RUNTIME_DIR": "/of/pam"}, tmp_path)["XDG_RUNTIME_DIR"] == "/of/pam"
