"""What an administrator can choose, as one value that never changes while the gateway runs."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from manifests.configuration import Sections
from ws_gateway.config import Config, parse_config

OUR_BRIDGE = (sys.executable, "-I", "-m", "bridge")
LOGIN_FILES = Path(__file__).parent / "login"


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """What there is besides in system mode."""

    helper_socket: Path
    """Where a session helper is behind every connection."""
    tls: bool = True
    sections: Sections = field(default_factory=dict)
    """The configuration as it was read; ConfigError for one that cannot be used."""
    authority: str = ""
    """The certificate, in PEM, that browsers need in order to believe ours; none where they do already."""
    metrics_token: str = ""
    """The SHA-256, in hexadecimal, of the token that opens the metrics to others than this machine; none: no token."""
    keytab: Path | None = None
    """The keys for which Kerberos tickets are taken; None: they are not, unless somebody else takes them."""
    config: Config = field(init=False, compare=False)
    """What the sections mean."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "config", parse_config(self.sections))

    @property
    def takes_tickets(self) -> bool:
        """Whether browsers are offered to log in to this machine by a Kerberos ticket."""
        way = self.config.negotiate
        if way.is_off or self.config.require_host:
            return False
        return bool(way.command or way.unix_path or self.keytab)


@dataclass(frozen=True, slots=True)
class Settings:
    """The gateway's settings."""

    address: str = "127.0.0.1"
    """As a literal; in single-user mode a loopback address."""
    port: int = 9090
    """0: a free one."""
    bridge: tuple[str, ...] = OUR_BRIDGE
    """The argv of the bridge."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Added to the bridge's environment."""
    static: Path = LOGIN_FILES
    """The folder of the login page's files."""
    system: SystemSettings | None = None
    """None: single-user mode."""
