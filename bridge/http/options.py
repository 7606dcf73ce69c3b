"""The options that name an HTTP server and a request to it (reference 2.12)."""

from dataclasses import dataclass
from typing import Any

from bridge.protocol import Problem


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Which server, and how to reach it."""

    unix: str | None = None
    port: int | None = None
    address: str | None = None
    tls: dict[str, Any] | None = None
    connection: Any = None

    def check(self) -> None:
        """Problem `protocol-error` for what contradicts itself, or is not served here."""
        if self.connection is not None:
            raise Problem("protocol-error", "connection sharing is not implemented on this bridge")
        if self.tls is not None and self.unix is not None:
            raise Problem("protocol-error", "TLS on Unix socket is not supported")
        if self.port is None and self.unix is None:
            raise Problem("protocol-error", 'no "port" or "unix" option for channel')
        if self.port is not None and self.unix is not None:
            raise Problem("protocol-error", 'cannot specify both "port" and "unix" options')

    @property
    def host(self) -> str:
        """The host's name, for its certificate."""
        return self.address or "localhost"

    @property
    def authority(self) -> str:
        """What the `Host` header says (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.port is None or self.port == (443 if self.tls is not None else 80):
            return host
        return f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin of pages of this very server (RFC 6454, 6.2)."""
        return f"{'https' if self.tls is not None else 'http'}://{self.authority}"


@dataclass(frozen=True, slots=True)
class RequestOptions(ServerOptions):
    """One request; the body is the channel's data."""

    method: str = ""
    path: str = ""
    headers: dict[str, str] | None = None

    def check(self) -> None:
        for name in ("method", "path"):
            if not getattr(self, name):
                raise Problem("protocol-error", f"attribute '{name}' required")
        if self.method == "CONNECT":
            raise Problem("protocol-error", "attribute 'method': a tunnel is a stream channel")
        # A class with slots is made twice, which super() without arguments does not survive.
        ServerOptions.check(self)
