"""TLS as the `tls` option of a channel asks for it (reference 2.12)."""

import asyncio
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge import options
from bridge.connect import CONNECT_TIMEOUT
from bridge.processes.daemon_threads import DaemonThreads
from bridge.protocol import Problem
from manifests.bounded_file import read_bounded

_FILE_MAX = 4 * 1024 * 1024
_LOADERS = DaemonThreads("certificates", 4)
"""Reading the system's certificates takes tens of milliseconds, and a file somebody names may never end."""


@dataclass(frozen=True, slots=True)
class Pem:
    """A file, or its content."""

    file: str | None = None
    data: str | None = None

    def read(self) -> bytes:
        """The content; OSError, Problem `protocol-error` for what cannot be a file's name or PEM."""
        try:
            return (
                self.data.encode("ascii") if self.data is not None else read_bounded(Path(self.file or ""), _FILE_MAX)
            )
        except ValueError:
            raise Problem("protocol-error", "attribute 'tls': this is no PEM, or no name of a file") from None


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """The members of `tls`."""

    authority: dict[str, Any] | None = None
    validate: bool = True
    certificate: dict[str, Any] | None = None
    key: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    validate: bool
    authority: Pem | None
    certificate: Pem | None
    key: Pem | None


async def client_context(tls: Mapping[str, Any]) -> ssl.SSLContext:
    """The context for `tls`.

    The server's certificate must be of `authority`, else of one of the system's; none is asked for without `validate`.
    Our own is `certificate`, if any, with its private `key`, which may be in the certificate's PEM as well.

    Problem `protocol-error` for options that are wrong; OSError for a file that cannot be read.
    """
    found = options.parse(TlsOptions, tls)
    asked = _Asked(
        found.validate,
        _pem("authority", found.authority),
        _pem("certificate", found.certificate),
        _pem("key", found.key),
    )
    if asked.key and not asked.certificate:
        raise Problem("protocol-error", "attribute 'tls': a key without a certificate")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await loop.run_in_executor(_LOADERS, _make, asked)
    except TimeoutError:
        raise Problem("timeout", "the certificates were not read in time") from None


def _pem(name: str, member: Mapping[str, Any] | None) -> Pem | None:
    if member is None:
        return None
    pem = options.parse(Pem, member)
    if pem.file is None and pem.data is None:
        raise Problem("protocol-error", f"attribute 'tls': the {name} has neither file nor data")
    return pem


def _make(asked: _Asked) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if asked.certificate:
        _show(context, asked.certificate, asked.key)
    if not asked.validate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if asked.authority is None:
        context.load_default_certs()
        return context
    text = asked.authority.read().decode("ascii", errors="replace")
    try:
        context.load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError, TypeError) as exc:
        raise Problem("protocol-error", f"attribute 'tls': the authority is no certificate: {exc}") from None
    return context


def _show(context: ssl.SSLContext, certificate: Pem, key: Pem | None) -> None:
    """Have `context` show the certificate to a server that asks for one."""
    with _as_file(certificate.read()) as chain, _as_file(key.read() if key else b"") as private:
        try:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(chain, private if key else None, password="")
        except (ssl.SSLError, ValueError) as exc:
            problem = f"attribute 'tls': the certificate and the key are none, or not of each other: {exc}"
            raise Problem("protocol-error", problem) from None


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """The name of a file in memory that no other process has: OpenSSL takes certificates from files only."""
    with os.fdopen(os.memfd_create("pem"), "wb") as file:
        file.write(content)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"
