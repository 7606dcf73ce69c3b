"""A manifest's JSON as it counts: the package's own file, merged with what the administrator and the user say.

The patches are, in this order (protocol reference 5.3): `override.json` beside the manifest, `FOLDER.override.json` in
the first system configuration folder that has one, and the user's own `FOLDER.override.json`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from manifests import merge
from manifests.reading import UnreadableError, read_object

_APPLICATIONS = ("pilothouse", "cockpit")
_LIBEXEC_FOLDERS = ("/usr/local/libexec", "/usr/libexec", "/usr/local/lib/cockpit", "/usr/lib/cockpit")
_LIBEXEC = "${libexecdir}"


class ConfigFolders:
    """The folders that hold overrides, first one first; `user` is empty where the user's own do not count."""

    __slots__ = ("system", "user")

    def __init__(self, system: Sequence[str], user: str) -> None:
        self.system = [f"{folder}/{name}" for folder in system for name in _APPLICATIONS]
        self.user = [f"{user}/{name}" for name in _APPLICATIONS] if user else []


def config_folders(environ: Mapping[str, str], *, privileged: bool = False) -> ConfigFolders:
    """The folders for this environment; a privileged process takes nothing from the environment or a user."""
    if privileged:
        return ConfigFolders(["/etc"], "")
    system = [name for name in environ.get("XDG_CONFIG_DIRS", "").split(":") if name.startswith("/")]
    user = environ.get("XDG_CONFIG_HOME", "")
    home = environ.get("HOME", "")
    if not user.startswith("/"):
        user = f"{home}/.config" if home.startswith("/") else ""
    return ConfigFolders(system or ["/etc"], user)


def load(folder: str, config: ConfigFolders) -> dict[str, Any] | None:
    """The manifest of the package in `folder`, or None where there is none; UnreadableError names a broken file."""
    raw = _read(f"{folder}/manifest.json")
    if raw is None:
        return None
    for patch in _patches(folder, config):
        raw = merge.apply(raw, patch)
    substituted: dict[str, Any] = _substitute(raw)
    return substituted


def _patches(folder: str, config: ConfigFolders) -> Iterator[dict[str, Any]]:
    own = _read(f"{folder}/override.json")
    if own is not None:
        yield own
    for places in (config.system, config.user):
        found = (_read(f"{place}/{os.path.basename(folder)}.override.json") for place in places)
        yield from [next((patch for patch in found if patch is not None), {})]


def _read(path: str) -> dict[str, Any] | None:
    try:
        return read_object(path)
    except UnreadableError as exc:
        raise UnreadableError(f"{path} {exc}") from None


def _substitute(value: Any) -> Any:
    if type(value) is str:
        return value.replace(_LIBEXEC, _libexec_folder()) if _LIBEXEC in value else value
    if type(value) is list:
        return [_substitute(item) for item in value]
    if type(value) is dict:
        return {key: _substitute(item) for key, item in value.items()}
    return value


def _libexec_folder() -> str:
    present = (folder for folder in _LIBEXEC_FOLDERS if os.path.exists(f"{folder}/cockpit-askpass"))
    return next(present, "/usr/libexec")
