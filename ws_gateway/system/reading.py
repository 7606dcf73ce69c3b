"""What system mode's monitor reads of the administrator's files, for the gateway, at the start and on SIGHUP."""

import hashlib
import logging
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from manifests.bounded_file import read_bounded
from ws_gateway.config import KEYTAB, ConfigError, Negotiate, read_sections
from ws_gateway.listening.certificates import FOLDER, authority_of
from ws_gateway.logs.log import printable
from ws_gateway.settings import SystemSettings

TOKEN_MAX = 1024
"""Bytes of the metrics' token."""
TOKEN_MIN = 16
CHECK = (sys.executable, "-I", "-m", "ws_gateway.system.gss")
CHECK_WITHIN = 10.0
"""Seconds that the look at a keytab may take."""

_log = logging.getLogger(__name__)


def read_system(config_folder: Path, before: SystemSettings) -> SystemSettings:
    """The settings as they are now. ConfigError for those that cannot be used."""
    system = replace(before, sections=read_sections(config_folder), metrics_token="")
    if (file := system.config.metrics_token_file) is not None:
        system = replace(system, metrics_token=_digest_of(file))
    system = replace(system, keytab=_usable(system.config.negotiate))
    return replace(system, authority=authority_of(config_folder / FOLDER) if system.tls else "")


def _usable(way: Negotiate) -> Path | None:
    """Its keytab, if there are keys in it for this service, and a library that can use them; the log says why not."""
    if way.is_off or way.command or way.unix_path:
        return None
    if not way.keytab.exists():
        if way.keytab != KEYTAB:
            _log.warning("Kerberos is not offered: there is no %s", way.keytab)
        return None
    try:
        # In a process of its own: this one has no need of the library.
        done = subprocess.run([*CHECK, way.keytab], capture_output=True, timeout=CHECK_WITHIN, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        _log.warning("Kerberos is not offered: %s cannot be looked at: %s", way.keytab, exc)
        return None
    if done.returncode:
        _log.warning(
            "Kerberos is not offered: %s: %s", way.keytab, printable(done.stderr.decode(errors="replace"), 300)
        )
    return None if done.returncode else way.keytab


def _digest_of(file: Path) -> str:
    """The gateway gets no more of the token than it needs in order to recognise it."""
    try:
        if file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise ConfigError(f"{file} can be read by everybody: chmod it to 0600")
        token = read_bounded(file, TOKEN_MAX).strip()
    except OSError as exc:
        raise ConfigError(f"{file} cannot be read: {exc.strerror}") from None
    if len(token) < TOKEN_MIN:
        raise ConfigError(f"the token in {file} is shorter than {TOKEN_MIN} characters")
    return hashlib.sha256(token).hexdigest()
