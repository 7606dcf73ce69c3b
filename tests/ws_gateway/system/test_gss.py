"""The library's refusals. Real tickets are in test_negotiation."""

import subprocess
import sys
from pathlib import Path

import pytest

from ws_gateway.system import gss
from ws_gateway.system.gss import Acceptor, GssError


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_no_keys_no_tickets(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "keytab").write_bytes(content)
    with pytest.raises(GssError, match="key"):
        Acceptor(tmp_path / "keytab")
    argv = [sys.executable, "-I", "-m", "ws_gateway.system.gss", str(tmp_path / "keytab")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")
    assert "key" in done.stderr


@pytest.mark.parametrize("library", ["libgssapi_of_nobody.so.2", "libpam.so.0"])
def test_no_library_or_not_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setattr(gss, "LIBRARY", library)
    gss._load.cache_clear()
    try:
        with pytest.raises(GssError, match=f"{library} cannot be used"):
            Acceptor(tmp_path / "keytab")
    finally:
        gss._load.cache_clear()


def test_nobody_loads_it_who_has_no_ticket() -> None:
    script = "import sys, ws_gateway.system.session_helper; print('ws_gateway.system.gss' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "False\n"
