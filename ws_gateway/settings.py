"""What an administrator can choose, as one value that never changes while the gateway runs."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ws_gateway.startups import MaxStartups

OUR_BRIDGE = (sys.executable, "-I", "-m", "bridge")
LOGIN_FILES = Path(__file__).parent / "login"


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """What there is besides in system mode."""

    helper_socket: Path
    """Where a session helper is behind every connection."""
    tls: bool = True
    origins: tuple[str, ...] = ()
    """Origins of pages that may open websockets, in place of the console's own; one may start with `*.`."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that the console may be reached by; none: any."""
    startups: MaxStartups = field(default_factory=MaxStartups)
    title: str = ""
    """Shown on the login page."""


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
