"""Real openssl(1) and real certificates."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from ws_gateway.listening.certificates import (
    FOLDER,
    OWN_NAME,
    CertificateError,
    ensure_certificate,
    find_certificate,
    make_own,
    memory_file,
    own_names,
    read_pair,
)

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

CA = """
[ca]
default_ca = here
[here]
database = {folder}/index
new_certs_dir = {folder}
default_md = sha256
policy = any
rand_serial = yes
[any]
commonName = supplied
"""
"""Settings of openssl-ca(1), which can sign for the past."""


def text_of(certificate: Path) -> str:
    argv = ["openssl", "x509", "-noout", "-text", "-in", str(certificate)]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def test_one_of_our_own_is_made_once(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path)
    assert ensure_certificate(tmp_path) == first
    folder = tmp_path / FOLDER
    assert sorted(path.name for path in folder.iterdir()) == [f"{OWN_NAME}.cert", f"{OWN_NAME}.key"]
    assert (folder / f"{OWN_NAME}.key").stat().st_mode & 0o777 == 0o600
    shown = text_of(folder / f"{OWN_NAME}.cert")
    assert "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1" in shown
    assert "CA:FALSE" in shown
    assert "TLS Web Server Authentication" in shown


def test_it_is_made_for_the_names_it_is_given(tmp_path: Path) -> None:
    certificate = make_own(tmp_path / "new", ("a-very-long-name" * 10 + ".example", "console.example.com", "192.0.2.1"))
    shown = text_of(certificate)
    assert "CN = console.example.com" in shown
    assert "DNS:console.example.com, IP Address:192.0.2.1" in shown


def test_our_own_names_can_be_put_into_a_file() -> None:
    names = own_names()
    assert {"localhost", "127.0.0.1", "::1"} <= set(names)
    assert not any(set(name) & set("\n,= %[]") for name in names)


def test_ours_is_renewed_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.listening.certificates.OWN_DAYS", 29)
    first = ensure_certificate(tmp_path)
    assert ensure_certificate(tmp_path) != first


def test_the_last_one_in_the_alphabet_wins(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    make_own(folder, ("localhost",))
    for name in ("10-old.crt", "20-new.cert", "30-not.pem"):
        (folder / name).write_bytes((folder / f"{OWN_NAME}.cert").read_bytes())
    found = find_certificate(folder)
    assert found is not None
    assert found.name == "20-new.cert"
    assert find_certificate(tmp_path / "none") is None
    with pytest.raises(CertificateError, match=r"20-new\.key cannot be read"):
        ensure_certificate(tmp_path)


def test_a_key_of_another_certificate(tmp_path: Path) -> None:
    one, other = make_own(tmp_path / "one", ("localhost",)), make_own(tmp_path / "other", ("localhost",))
    shutil.copy(other.with_suffix(".key"), one.with_suffix(".key"))
    with pytest.raises(CertificateError, match="the key belongs to another certificate"):
        read_pair(one)


def test_one_that_has_expired(tmp_path: Path) -> None:
    certificate = make_own(tmp_path, ("localhost",))
    (tmp_path / "index").touch()
    (tmp_path / "ca").write_text(CA.format(folder=tmp_path))
    key = str(certificate.with_suffix(".key"))
    request = ["openssl", "req", "-new", "-key", key, "-subj", "/CN=x", "-out", str(tmp_path / "request")]
    subprocess.run(request, check=True, capture_output=True)
    argv = ["openssl", "ca", "-batch", "-selfsign", "-config", str(tmp_path / "ca"), "-keyfile", key, "-notext"]
    dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-in", str(tmp_path / "request")]
    subprocess.run([*argv, *dates, "-out", str(certificate)], check=True, capture_output=True)
    with pytest.raises(CertificateError, match="has expired"):
        read_pair(certificate)


@pytest.mark.parametrize("spoil", ["cert", "key"])
def test_what_is_no_certificate(tmp_path: Path, spoil: str) -> None:
    certificate = make_own(tmp_path, ("localhost",))
    certificate.with_suffix(f".{spoil}").write_text("nonsense")
    with pytest.raises(CertificateError, match=r"not in PEM|cannot be used"):
        read_pair(certificate)


def test_a_key_with_a_password_asks_nobody(tmp_path: Path) -> None:
    certificate = make_own(tmp_path, ("localhost",))
    key = certificate.with_suffix(".key")
    argv = ["openssl", "ec", "-in", str(key), "-aes128", "-passout", "pass:secret", "-out", str(key)]
    subprocess.run(argv, check=True, capture_output=True)
    with pytest.raises(CertificateError, match="cannot be used"):
        read_pair(certificate)


def test_a_key_that_everybody_can_read(tmp_path: Path) -> None:
    certificate = make_own(tmp_path, ("localhost",))
    certificate.with_suffix(".key").chmod(0o644)
    with pytest.raises(CertificateError, match="can be read by everybody"):
        read_pair(certificate)


def test_without_openssl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CertificateError, match="openssl is needed"):
        ensure_certificate(tmp_path)
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_file_without_a_name(tmp_path: Path) -> None:
    pair = read_pair(make_own(tmp_path, ("localhost",)))
    with memory_file(pair) as descriptor:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(f"/proc/self/fd/{descriptor}")
