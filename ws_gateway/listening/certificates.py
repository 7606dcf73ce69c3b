"""The console's certificate: what the administrator put there, or one of our own making (reference 4.7)."""

import ipaddress
import os
import re
import socket
import ssl
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ws_gateway.host_name import full_name, host_name

FOLDER = "ws-certs.d"
OWN_NAME = "0-self-signed"
"""It comes first in the alphabet: any other certificate wins."""
OWN_DAYS = 395
RENEW_DAYS = 30
"""Our own is made anew when it is good for less."""
FILE_MAX = 1024 * 1024
"""Bytes of a certificate's or a key's file."""
OPENSSL_TIME = 60
"""Seconds for a run of openssl(1)."""
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?")
_REQUEST = """\
[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
CN = {name}
[extensions]
subjectAltName = {names}
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
"""


class CertificateError(Exception):
    """Why there is no usable certificate, as a sentence."""


def ensure_certificate(config_folder: Path) -> bytes:
    """Key and certificates in one PEM text, checked; CertificateError when they cannot be had, or not be used.

    To be called by root alone: the gateway gets the text, never the files.
    """
    folder = config_folder / FOLDER
    chosen = find_certificate(folder)
    if chosen is None or (chosen.stem == OWN_NAME and not _good_for(chosen, RENEW_DAYS)):
        chosen = make_own(folder, own_names())
    return read_pair(chosen)


def find_certificate(folder: Path) -> Path | None:
    """The last `*.crt` or `*.cert` in the alphabet; None where there is none."""
    try:
        found = [path for path in folder.iterdir() if path.suffix in (".crt", ".cert")]
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise CertificateError(f"{folder} cannot be read: {exc.strerror}") from None
    return max(found, key=lambda path: path.name, default=None)


def authority_of(folder: Path) -> str:
    """The certificate that a browser needs to believe in ours, in PEM; empty for one that is not of our making."""
    chosen = find_certificate(folder)
    if chosen is None or chosen.stem != OWN_NAME:
        return ""
    for path in (folder / f"{OWN_NAME}-ca.pem", chosen):
        if path.exists():
            return _read(path).decode("ascii", "replace")
    return ""


def read_pair(certificate: Path) -> bytes:
    """The certificate and the `.key` beside it, after a check that they belong together and are good today."""
    key = certificate.with_suffix(".key")
    pair = _read(key, secret=True) + b"\n" + _read(certificate)
    with memory_file(pair) as descriptor:
        try:
            # A password is asked for by nobody: one that is empty makes a key that wants one fail.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"/proc/self/fd/{descriptor}", password=b"")
        except (OSError, ValueError) as exc:
            raise CertificateError(f"{certificate} and {key.name} cannot be used: {_reason(exc)}") from None
    if not _good_for(certificate, 0):
        raise CertificateError(f"the certificate {certificate} has expired; put a new one there, or remove it")
    return pair


@contextmanager
def memory_file(content: bytes) -> Iterator[int]:
    """The descriptor of a file with that content, which has no name anywhere."""
    descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "w+b") as stream:
        stream.write(content)
        stream.flush()
        stream.seek(0)
        yield descriptor


def own_names() -> tuple[str, ...]:
    """What this machine is called, as far as it knows: names and addresses."""
    names = [host_name(), full_name(), "localhost", "127.0.0.1", "::1", *_own_addresses()]
    return tuple(dict.fromkeys(name for name in names if _is_address(name) or _NAME.fullmatch(name)))


def make_own(folder: Path, names: Sequence[str]) -> Path:
    """Makes a self-signed certificate for `names`, and its key, which only root can read; the certificate's path."""
    certificate, key = folder / f"{OWN_NAME}.cert", folder / f"{OWN_NAME}.key"
    common = next((name for name in names if not _is_address(name) and len(name) <= 64), "localhost")
    listed = ",".join(f"{'IP' if _is_address(name) else 'DNS'}:{name}" for name in names)
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as place:
            request, new_key, new_certificate = (Path(place) / name for name in ("request", "key", "cert"))
            request.write_text(_REQUEST.format(name=common, names=listed))
            _openssl(
                *("req", "-x509", "-config", str(request), "-days", str(OWN_DAYS), "-sha256", "-nodes"),
                *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
                *("-keyout", str(new_key), "-out", str(new_certificate)),
            )
            new_key.chmod(0o600)
            new_certificate.chmod(0o644)
            certificate.unlink(missing_ok=True)
            new_key.replace(key)
            new_certificate.replace(certificate)
    except OSError as exc:
        raise CertificateError(f"no certificate can be made in {folder}: {exc.strerror}") from None
    return certificate


def _good_for(certificate: Path, days: int) -> bool:
    """Whether it is good today, and for that many more days."""
    seconds = str(days * 24 * 3600)
    return _run_openssl("x509", "-noout", "-checkend", seconds, "-in", str(certificate)).returncode == 0


def _openssl(*arguments: str) -> None:
    done = _run_openssl(*arguments)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CertificateError(f"openssl could not make a certificate: {said[-1] if said else 'it said nothing'}")


def _run_openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["openssl", *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=OPENSSL_TIME,
            umask=0o077,
        )
    except FileNotFoundError:
        raise CertificateError("the program openssl is needed for TLS, and is not installed") from None
    except subprocess.TimeoutExpired:
        raise CertificateError("openssl took too long") from None


def _read(path: Path, secret: bool = False) -> bytes:
    try:
        with path.open("rb") as stream:
            if secret and os.fstat(stream.fileno()).st_mode & stat.S_IROTH:
                raise CertificateError(f"{path} can be read by everybody: make another key, and chmod it to 0600")
            content = stream.read(FILE_MAX + 1)
    except OSError as exc:
        raise CertificateError(f"{path} cannot be read: {exc.strerror}") from None
    if len(content) > FILE_MAX:
        raise CertificateError(f"{path} is larger than {FILE_MAX} bytes")
    return content


def _reason(error: Exception) -> str:
    match getattr(error, "reason", None):
        case "KEY_VALUES_MISMATCH":
            return "the key belongs to another certificate"
        case None:
            return "they are not in PEM format, or the key has a password"
        case reason:
            return str(reason).replace("_", " ").lower()


def _own_addresses() -> Iterator[str]:
    """The addresses from which this machine would speak to others. Nothing is sent."""
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            yield str(probe.getsockname()[0])


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return "%" not in name
