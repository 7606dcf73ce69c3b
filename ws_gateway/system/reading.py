"""What system mode's monitor reads of the administrator's files, for the gateway, at the start and on SIGHUP."""

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

from manifests.bounded_file import read_bounded
from ws_gateway.certificates import FOLDER, authority_of
from ws_gateway.config import ConfigError, read_sections
from ws_gateway.settings import SystemSettings

TOKEN_MAX = 1024
"""Bytes of the metrics' token."""
TOKEN_MIN = 16


def read_system(config_folder: Path, before: SystemSettings) -> SystemSettings:
    """The settings as they are now. ConfigError for those that cannot be used."""
    system = replace(before, sections=read_sections(config_folder), metrics_token="")
    if (file := system.config.metrics_token_file) is not None:
        system = replace(system, metrics_token=_digest_of(file))
    return replace(system, authority=authority_of(config_folder / FOLDER) if system.tls else "")


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
