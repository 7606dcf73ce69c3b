"""TLS contexts."""

import os
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from testbed.http_server import make_certificate

from bridge.http import tls
from bridge.http.tls import client_context
from bridge.protocol import Problem


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


async def test_an_authority_is_the_only_one(certificate: Path) -> None:
    for authority in ({"file": str(certificate)}, {"data": certificate.read_text()}):
        context = await client_context({"authority": authority})
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
        assert [found["subject"] for found in context.get_ca_certs()] == [((("commonName", "localhost"),),)]


async def test_without_validation_nothing_is_loaded() -> None:
    context = await client_context({"validate": False})
    assert context.verify_mode == ssl.CERT_NONE
    assert not context.check_hostname


async def test_the_system_is_asked_otherwise() -> None:
    context = await client_context({})
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"authority": "x"}, "protocol-error"),
        ({"authority": {}}, "protocol-error"),
        ({"authority": {"data": 5}}, "protocol-error"),
        ({"authority": {"data": "x"}}, "protocol-error"),
        ({"authority": {"data": ""}}, "protocol-error"),
        ({"authority": {"data": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"}}, "protocol-error"),
        ({"authority": {"data": "é"}}, "protocol-error"),
        ({"authority": {"file": "/a\0b"}}, "protocol-error"),
        ({"authority": {"file": "/\ud800"}}, "protocol-error"),
        ({"authority": {"data": "\ud800"}}, "protocol-error"),
        ({"validate": 1}, "protocol-error"),
        ({"certificate": {"data": "x"}}, "protocol-error"),
        ({"certificate": {}}, "protocol-error"),
        ({"certificate": "x"}, "protocol-error"),
        ({"key": {"data": "x"}}, "protocol-error"),
    ],
)
async def test_wrong_options(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(Problem) as caught:
        await client_context(options)
    assert caught.value.code == problem


async def test_a_certificate_of_our_own(certificate: Path, tmp_path: Path) -> None:
    key = certificate.with_suffix(".key")
    both = tmp_path / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    before = set(Path("/proc/self/fd").iterdir())
    for shown in (
        {"certificate": {"file": str(certificate)}, "key": {"data": key.read_text()}},
        {"certificate": {"file": str(both)}},
    ):
        assert await client_context(shown)
    assert set(Path("/proc/self/fd").iterdir()) == before


def lock(key: Path, locked: Path) -> Path:
    """The key once more, with a password."""
    subprocess.run(["openssl", "pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out", locked], check=True)
    return locked


async def test_certificates_and_keys_that_do_not_fit(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_certificate(tmp_path / "other").with_suffix(".key")
    locked = lock(certificate.with_suffix(".key"), tmp_path / "locked.key")
    for key in ({"file": str(other)}, {"file": str(locked)}, {"data": "x"}, None):
        with pytest.raises(Problem) as caught:
            await client_context({"certificate": {"data": certificate.read_text()}, "key": key})
        assert caught.value.code == "protocol-error"
    with pytest.raises(OSError, match="too large"):
        await client_context({"certificate": {"data": certificate.read_text()}, "key": {"file": "/dev/zero"}})


async def test_files_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(Problem):
        await client_context({"authority": {"file": str(tmp_path / "fifo")}})
    with pytest.raises(FileNotFoundError):
        await client_context({"authority": {"file": str(tmp_path / "absent")}})
    with pytest.raises(OSError, match="too large"):
        await client_context({"authority": {"file": "/dev/zero"}})


async def test_a_file_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(tls, "read_bounded", lambda *_: gate.wait(10))
    monkeypatch.setattr(tls, "CONNECT_TIMEOUT", 0.05)
    try:
        with pytest.raises(Problem) as caught:
            await client_context({"authority": {"file": "/x"}})
    finally:
        gate.set()
    assert caught.value.code == "timeout"
