"""What the gateway takes from `pilothouse.conf`, by section, key and type (reference 4.8)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manifests.configuration import ConfigurationError, Sections, read, truth
from ws_gateway import config_values as values

NAME = "pilothouse.conf"
UNKNOWN_MAX = 100
"""Settings without a meaning that are told."""
SSH_LOGIN = "ssh-login"
NEGOTIATE = "negotiate"
KEYTAB = Path("/etc/krb5.keytab")
_SCHEME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class ConfigError(Exception):
    """What is wrong with the file, and where, as a sentence."""

    def __init__(self, sentence: str, section: str = "", key: str = "") -> None:
        super().__init__(sentence)
        self.place = section, key


@dataclass(frozen=True, slots=True)
class Way:
    """How those are checked who log in by one scheme: by a program, or by whoever listens at a socket."""

    command: tuple[str, ...] = ()
    unix_path: Path | None = None
    timeout: int = 30
    """Seconds until its first question."""
    response_timeout: int = 60
    """Seconds for each further one, on both sides."""
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class SshLogin(Way):
    """How those are checked who log in to another host."""

    connect_to_unknown_hosts: bool = False
    allow_local: bool = False
    """Whether that may be this machine itself, or what is on its link only."""


@dataclass(frozen=True, slots=True)
class Negotiate(Way):
    """How those are checked who log in by a Kerberos ticket."""

    keytab: Path = KEYTAB
    """With the keys of this machine, where nobody else checks."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where people get the token that they log in with."""

    url: str = ""
    error_param: str = "error_description"
    token_param: str = "access_token"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class Config:
    """What an administrator can set, and the settings that were found but mean nothing here."""

    origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    max_startups: values.MaxStartups = values.MaxStartups()  # noqa: RUF009 - it cannot change
    login_title: str = ""
    url_root: str = ""
    protocol_header: str = ""
    forwarded_for_header: str = ""
    login_to: bool = False
    require_host: bool = False
    allow_multi_host: bool = True
    """Whether the shell of one session shows other hosts as well."""
    shell: str = "/shell/index.html"
    client_certificates: bool = False
    client_authorities: Path | None = None
    banner: Path | None = None
    idle_timeout: int = 0
    """Minutes; 0: no limit."""
    metrics_token_file: Path | None = None
    oauth: OAuth = OAuth()
    ssh_login: SshLogin = SshLogin()
    negotiate: Negotiate = Negotiate()
    ways: Mapping[str, Way] = field(default_factory=dict)
    """By scheme, in lower case; but for `negotiate`."""
    unknown: tuple[str, ...] = ()


def read_sections(folder: Path) -> Sections:
    """The file in `folder`, nothing where there is none, checked. ConfigError, with the line, if it cannot be used."""
    file = folder / NAME
    try:
        parsed = read(file)
        parse_config(parsed.sections)
    except ConfigurationError as exc:
        raise ConfigError(str(exc)) from None
    except ConfigError as exc:
        line = parsed.lines.get(exc.place)
        raise ConfigError(f"{file}:{line}: {exc}" if line else f"{file}: {exc}") from None
    return parsed.sections


def parse_config(sections: Sections) -> Config:
    """The settings in `sections`. ConfigError with section and key."""
    found: dict[str, Any] = {}
    ways: dict[str, Way] = {}
    unknown: list[str] = []
    for section, items in sections.items():
        table = _SETTINGS.get(section)
        if table is not None:
            taken = _take(items, table, section, unknown)
            kind = _OF_ONE_OBJECT.get(section)
            found |= taken if kind is None else {section.replace("-", "_"): kind(**taken)}
        elif _SCHEME.fullmatch(section) and items.keys() & _WAY.keys():
            ways[section] = Way(**_take(items, _WAY, section, unknown))
        else:
            unknown.extend(f"[{section}] {key}" for key in items)
    config = Config(**found, ways=ways, unknown=tuple(unknown[:UNKNOWN_MAX]))
    _check(config)
    return config


Table = Mapping[str, tuple[str, Callable[[str], Any]] | None]


def _take(items: Mapping[str, str], table: Table, section: str, unknown: list[str]) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for key, value in items.items():
        if key not in table:
            unknown.append(f"[{section}] {key}")
            continue
        setting = table[key]
        if setting is None:
            continue
        try:
            taken[setting[0]] = setting[1](value)
        except ValueError as exc:
            raise ConfigError(f"[{section}] {key}: {exc}", section, key) from None
    return taken


def _check(config: Config) -> None:
    """What is wrong with settings beside each other."""
    if config.client_certificates and config.client_authorities is None:
        raise ConfigError(
            "[webservice] ClientCertAuthentication needs ClientCertAuthorities, a file of the authorities "
            "whose certificates are believed"
        )
    for name, way in (*config.ways.items(), (NEGOTIATE, config.negotiate), (SSH_LOGIN, config.ssh_login)):
        if way.command and way.unix_path is not None:
            raise ConfigError(f"[{name}] has both a Command and a UnixPath")


_WAY: Table = {
    "command": ("command", values.command),
    "unixpath": ("unix_path", values.absolute_path),
    "timeout": ("timeout", values.between(1, 900)),
    "response-timeout": ("response_timeout", values.between(1, 900)),
    "action": ("is_off", values.no_action),
}
"""Of a section that has a scheme's name."""

_SETTINGS: Mapping[str, Table] = {
    "webservice": {
        "origins": ("origins", values.origins),
        "allowedhosts": ("allowed_hosts", values.hosts),
        "maxstartups": ("max_startups", values.max_startups),
        "logintitle": ("login_title", values.title),
        "urlroot": ("url_root", values.url_root),
        "protocolheader": ("protocol_header", values.header),
        "forwardedforheader": ("forwarded_for_header", values.header),
        "loginto": ("login_to", truth),
        "requirehost": ("require_host", truth),
        "allowmultihost": ("allow_multi_host", truth),
        "shell": ("shell", values.page),
        "clientcertauthentication": ("client_certificates", truth),
        "clientcertauthorities": ("client_authorities", values.absolute_path),
    },
    "session": {
        "banner": ("banner", values.absolute_path),
        "idletimeout": ("idle_timeout", values.between(0, 240)),
        # For pages, which ask their bridge for it.
        "warnbeforeconnecting": None,
    },
    "oauth": {
        "url": ("url", values.web_address),
        "errorparam": ("error_param", values.parameter),
        "tokenparam": ("token_param", values.parameter),
    },
    SSH_LOGIN: {
        **_WAY,
        "connecttounknownhosts": ("connect_to_unknown_hosts", truth),
        "allowlocal": ("allow_local", truth),
    },
    NEGOTIATE: {**_WAY, "keytab": ("keytab", values.absolute_path)},
    "metrics": {"tokenfile": ("metrics_token_file", values.absolute_path)},
}
"""Sections and keys, in lower case: the name here, and what reads it; None for what others read."""

_OF_ONE_OBJECT: Mapping[str, Callable[..., Any]] = {
    "oauth": OAuth,
    SSH_LOGIN: SshLogin,
    NEGOTIATE: Negotiate,
}
"""Sections that are one value of `Config`, of the section's name."""
