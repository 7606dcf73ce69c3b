"""TLS as the `tls` option of a channel asks for it (reference 2.12)."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge import options
from bridge.bounded_file import read_bounded
from bridge.connect import CONNECT_TIMEOUT
from bridge.daemon_threads import DaemonThreads
from bridge.protocol import Problem

_FILE_MAX = 4 * 1024 * 1024
_LOADERS = DaemonThreads("certificates", 4)
"""Reading the system's certificates takes tens of milliseconds, and a file somebody names may never end."""


@dataclass(frozen=True, slots=True)
class Pem:
    """A file, or its content."""

    file: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """The members of `tls`."""

    authority: dict[str, Any] | None = None
    validate: bool = True
    certificate: Any = None
    key: Any = None


async def client_context(tls: Mapping[str, Any]) -> ssl.SSLContext:
    """The context for `tls`: the certificates of `authority`, else the system's; none is asked for without `validate`.

    Problem `protocol-error` for options that are wrong, `not-supported` for a client certificate; OSError for a file
    that cannot be read.
    """
    asked = options.parse(TlsOptions, tls)
    if asked.certificate is not None or asked.key is not None:
        raise Problem("not-supported", "attribute 'tls': client certificates are not supported")
    pem = options.parse(Pem, asked.authority) if asked.authority is not None else None
    if pem is not None and pem.file is None and pem.data is None:
        raise Problem("protocol-error", "attribute 'tls': the authority has neither file nor data")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await loop.run_in_executor(_LOADERS, _make, pem, asked.validate)
    except TimeoutError:
        raise Problem("timeout", "the certificates were not read in time") from None


def _make(pem: Pem | None, validate: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not validate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if pem is None:
        context.load_default_certs()
        return context
    text = pem.data if pem.data is not None else _read(pem.file or "")
    try:
        context.load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError, TypeError) as exc:
        raise Problem("protocol-error", f"attribute 'tls': the authority is no certificate: {exc}") from None
    return context


def _read(name: str) -> str:
    try:
        return read_bounded(Path(name), _FILE_MAX).decode("ascii", errors="replace")
    except ValueError:
        raise Problem("protocol-error", "attribute 'tls': the authority's file has no possible name") from None
