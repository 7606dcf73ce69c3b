"""Who checks a login: by scheme and host, as configured (reference 4.4)."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bridge.protocol import Problem
from ws_gateway.auth.attempt import Attempt
from ws_gateway.config import NEGOTIATE, Config, Way
from ws_gateway.relay.bridge_process import BridgeCommand, BridgeProcess
from ws_gateway.relay.bridge_stream import BridgeStream
from ws_gateway.system.helper_bridge import HelperBridge
from ws_gateway.system.reserved import is_reserved
from ws_gateway.system.ssh_host import ALLOW_LOCAL

SSH_LOGIN = (sys.executable, "-I", "-m", "ws_gateway.system.ssh_login")
"""Who checks logins to other hosts, where nobody else is configured."""
UNKNOWN_HOSTS = "COCKPIT_SSH_CONNECT_TO_UNKNOWN_HOSTS"


class Checker(NamedTuple):
    """Who checks a login, and the host that is logged in to."""

    way: Way
    host: str
    environ: dict[str, str]

    async def start(self) -> BridgeStream:
        """A new one, of the gateway's own rights or behind its socket; Problem if it cannot be had."""
        if self.way.unix_path is not None:
            return await HelperBridge.connect(self.way.unix_path)
        return await BridgeProcess.start(BridgeCommand((*self.way.command, self.host), self.environ, Path("/")))


def checker_for(attempt: Attempt, config: Config, helper_socket: Path, has_keytab: bool = False) -> Checker:
    """Who checks `attempt`; Problem where nobody does.

    What needs no configuration is for this machine: `Basic` by PAM, and `Negotiate` where there are keys for it.
    """
    if attempt.address.host:
        return _remote(attempt, config)
    if config.require_host:
        raise Problem("access-denied", "This console is for logging in to other hosts only.")
    way: Way | None = config.negotiate if attempt.scheme == NEGOTIATE else config.ways.get(attempt.scheme)
    if way is not None and way.is_off:
        raise Problem("authentication-disabled", "This way to log in is switched off.")
    if way is None or not (way.command or way.unix_path):
        if attempt.scheme != "basic" and not (attempt.scheme == NEGOTIATE and has_keytab):
            raise Problem("authentication-not-supported", "This way to log in is not known here.")
        # The helper has its own limits: PAM may take its time.
        way = replace(way or Way(), unix_path=helper_socket, timeout=90)
    return Checker(way, "localhost", {})


def _remote(attempt: Attempt, config: Config) -> Checker:
    way = config.ssh_login
    if not config.login_to or way.is_off:
        raise Problem("access-denied", "Logging in to other hosts is switched off on this console.")
    if not (way.command or way.unix_path):
        # The host may take its time, and so may people who compare a key.
        way = replace(way, command=(*SSH_LOGIN, ALLOW_LOCAL) if way.allow_local else SSH_LOGIN)
    if attempt.scheme != "basic":
        raise Problem("authentication-not-supported", "This way to log in to other hosts is not set up here.")
    if is_reserved(attempt.address.host) and not way.allow_local:
        # What is behind such an address trusts this machine (cloud metadata, services for loopback only).
        raise Problem("access-denied", "Logging in to this address is not permitted.")
    asks = attempt.asks_about_hosts or way.connect_to_unknown_hosts
    return Checker(way, attempt.address.host, {UNKNOWN_HOSTS: "1"} if asks else {})
