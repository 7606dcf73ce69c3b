"""`pilothouse serve --system`: checks what it needs, and starts the monitor."""

import argparse
import logging
import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING

from ws_gateway.config import ConfigError
from ws_gateway.host_name import host_name
from ws_gateway.listening.certificates import CertificateError, ensure_certificate
from ws_gateway.logs.log import printable, set_up
from ws_gateway.settings import LOGIN_FILES, Settings, SystemSettings
from ws_gateway.system.activation import inherited_listeners, notify
from ws_gateway.system.hardening import forbid_core, set_dumpable
from ws_gateway.system.helper_socket import NAME, listen_for_gateway
from ws_gateway.system.monitor import Monitor, Plan
from ws_gateway.system.reading import read_system
from ws_gateway.terminal import complain, say

if TYPE_CHECKING:
    from ws_gateway.listening.listener import Listener

CONFIG_FOLDER = Path("/etc/pilothouse")
RUNTIME_FOLDER = Path("/run/pilothouse")
USER = "pilothouse"
PAM_FOLDERS = (Path("/etc/pam.d"), Path("/usr/lib/pam.d"))
PAM_SERVICE = "pilothouse"

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of system mode."""
    group = parser.add_argument_group("system mode")
    group.add_argument("--system", action="store_true", help="serve all users of this machine; needs root")
    group.add_argument("--user", default=USER, help="the user that the web server runs as (%(default)s)")
    group.add_argument("--config-dir", type=Path, metavar="DIR", default=CONFIG_FOLDER, help="settings (%(default)s)")
    group.add_argument("--runtime-dir", type=Path, metavar="DIR", default=RUNTIME_FOLDER, help="sockets (%(default)s)")


def run(options: argparse.Namespace, address: str, tls: bool) -> int:
    """Serves on `address`; the exit status. Whatever is wrong is one line on stderr."""
    from ws_gateway.serve import listen

    set_up()
    if os.geteuid() != 0:
        return complain("--system needs root: it logs other users in")
    listeners: list[Listener] = []
    try:
        set_dumpable(False)
        forbid_core()
        _check_pam()
        account = _account(options.user)
        certificate = ensure_certificate(options.config_dir) if tls else None
        system = read_system(options.config_dir, SystemSettings(options.runtime_dir / NAME, tls))
        listeners = inherited_listeners(os.environ) or [listen(Settings(address=address, port=options.port))]
        port = listeners[0].getsockname()[1]
        plan = _plan(options, system, account, Settings(address=address, port=port))
        helper_socket = listen_for_gateway(options.runtime_dir, account.pw_gid)
    except (ValueError, ConfigError, CertificateError) as exc:
        for listener in listeners:
            listener.close()
        return complain(str(exc))
    for setting in plan.system.config.unknown:
        _log.warning("%s in pilothouse.conf means nothing here", printable(setting))

    def greet() -> None:
        say(f"Pilothouse is at {_own_address(address, port, tls)}")
        notify(os.environ, "READY=1")

    return Monitor(plan, listeners, helper_socket, greet).run(certificate)


def _plan(options: argparse.Namespace, system: SystemSettings, account: pwd.struct_passwd, serving: Settings) -> Plan:
    settings = Settings(serving.address, serving.port, static=options.static or LOGIN_FILES, system=system)
    bridge = ("--", *options.bridge) if options.bridge else ()
    return Plan(settings, system, options.config_dir, account.pw_uid, account.pw_gid, bridge)


def _account(name: str) -> pwd.struct_passwd:
    """The gateway's user, who must be nobody in particular."""
    try:
        account = pwd.getpwuid(int(name)) if name.isascii() and name.isdigit() else pwd.getpwnam(name)
    except (KeyError, OverflowError, ValueError):
        raise ValueError(
            f"there is no user {printable(name)} for the web server to run as. Make one with: "
            f"useradd --system --no-create-home --shell /usr/sbin/nologin {USER}, or choose another with --user"
        ) from None
    if account.pw_uid == 0:
        raise ValueError("the web server must not run as root: choose another user with --user")
    return account


def _check_pam() -> None:
    """Without a service of its own PAM would take its rules for unknown programs, whatever they are."""
    if not any((folder / PAM_SERVICE).is_file() for folder in PAM_FOLDERS):
        raise ValueError(
            f"PAM has no rules for {PAM_SERVICE}: put packaging/pam.d/{PAM_SERVICE} into {PAM_FOLDERS[0]}, "
            "or a copy of your system's rules for sshd"
        )


def _own_address(address: str, port: int, tls: bool) -> str:
    host = address
    if address in ("::", "0.0.0.0"):  # noqa: S104 - only shown
        host = host_name()
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}/"
