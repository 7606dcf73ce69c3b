from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.configuration import FILE_MAX, parse
from ws_gateway.config import (
    _SETTINGS,
    Config,
    ConfigError,
    Negotiate,
    OAuth,
    SshLogin,
    Way,
    parse_config,
    read_sections,
)
from ws_gateway.config_values import MaxStartups


def config_of(folder: Path, text: str) -> Config:
    (folder / "pilothouse.conf").write_text(text)
    return parse_config(read_sections(folder))


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert parse_config(read_sections(tmp_path)) == Config()


def test_everything_there_is(tmp_path: Path) -> None:
    found = config_of(
        tmp_path,
        "# a comment\n[webservice]\nORIGINS = https://a.example.com:9090 https://*.example.org\n"
        "AllowedHosts = a.example.com [2001:db8::1]\nMaxStartups=5:50:20\nLoginTitle = Maschinenraum\n"
        "UrlRoot = /console/\nProtocolHeader = X-Forwarded-Proto\nForwardedForHeader = X-Forwarded-For\n"
        "LoginTo = yes\nRequireHost = no\nShell = /x/y.html\nClientCertAuthentication = yes\n"
        "ClientCertAuthorities = /etc/pki/people.pem\nTricks = many\n"
        "[Session]\nIdleTimeout=15\nBanner = /etc/issue\nWarnBeforeConnecting = false\n"
        "[OAuth]\nURL = https://id.example.com/\nErrorParam = error\nTokenParam = token\n"
        "[SSH-Login]\nCommand = /usr/bin/x -y\nconnectToUnknownHosts = true\ntimeout = 20\n"
        "[Bearer]\nUnixPath = /run/bearer\nResponse-Timeout = 10\n[Basic]\nAction = none\n"
        "[Negotiate]\nKeyTab = /etc/console.keytab\nTimeout = 5\n"
        "[Metrics]\nTokenFile = /etc/pilothouse/metrics-token\n[Odd One]\nx = 1\n",
    )
    assert found == Config(
        origins=("https://a.example.com:9090", "https://*.example.org"),
        allowed_hosts=("a.example.com", "[2001:db8::1]"),
        max_startups=MaxStartups(5, 50, 20),
        login_title="Maschinenraum",
        url_root="/console",
        protocol_header="X-Forwarded-Proto",
        forwarded_for_header="X-Forwarded-For",
        login_to=True,
        shell="/x/y.html",
        client_certificates=True,
        client_authorities=Path("/etc/pki/people.pem"),
        banner=Path("/etc/issue"),
        idle_timeout=15,
        metrics_token_file=Path("/etc/pilothouse/metrics-token"),
        oauth=OAuth("https://id.example.com/", "error", "token"),
        ssh_login=SshLogin(("/usr/bin/x", "-y"), timeout=20, connect_to_unknown_hosts=True),
        negotiate=Negotiate(timeout=5, keytab=Path("/etc/console.keytab")),
        ways={"bearer": Way(unix_path=Path("/run/bearer"), response_timeout=10), "basic": Way(is_off=True)},
        unknown=("[webservice] tricks", "[odd one] x"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Origins = x\n", "pilothouse.conf:1: the setting stands before the first section"),
        ("[WebService]\n\nnonsense\n", "pilothouse.conf:3: the line is neither a section"),
        ("[WebService]\nOrigins = *\n", "pilothouse.conf:2: [webservice] origins: '*' is not an origin"),
        ("[WebService]\nMaxStartups = many\n", "maxstartups: MaxStartups is a number"),
        ("[WebService]\nLoginTo = perhaps\n", "loginto: yes or no"),
        ("[WebService]\nLoginTitle = a\x1bb\n", "pilothouse.conf:2: the line holds a character"),
        ("[Session]\nIdleTimeout = 1000\n", "idletimeout: a number from 0 to 240"),
        ("[Bearer]\nCommand = verify\n", "[bearer] command: a program's path"),
        ("[Bearer]\nCommand = /x\nUnixPath = /y\n", "both a Command and a UnixPath"),
        ("[Negotiate]\nCommand = /x\nUnixPath = /y\n", "[negotiate] has both"),
        ("[Negotiate]\nKeyTab = krb5.keytab\n", "[negotiate] keytab: a path"),
        ("[WebService]\nClientCertAuthentication = yes\n", "needs ClientCertAuthorities"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_of(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff", b"#" * (FILE_MAX + 1)])
def test_a_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pilothouse.conf").write_bytes(content)
    with pytest.raises(ConfigError):
        read_sections(tmp_path)


COCKPITS_KEYS = """
Origins ProtocolHeader ForwardedForHeader LoginTitle LoginTo RequireHost AllowMultiHost MaxStartups AllowUnencrypted
UrlRoot ClientCertAuthentication Shell CustomLoginPage X-For-CockpitClient Fatal URL ErrorParam TokenParam Banner
IdleTimeout WarnBeforeConnecting Command UnixPath timeout response-timeout action host connectToUnknownHosts
"""


def test_the_document_says_what_becomes_of_every_key_of_cockpits() -> None:
    document = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    assert [key for key in COCKPITS_KEYS.split() if f"`{key}`" not in document] == []


def test_a_file_with_every_key_of_cockpits_that_means_nothing_can_be_used() -> None:
    sections = {
        "webservice": {"allowunencrypted": "true", "customloginpage": "/x", "allowmultihost": "no"},
        "log": {"fatal": "warnings"},
        "ssh-login": {"host": "127.0.0.1"},
    }
    config = parse_config(sections)
    assert not config.allow_multi_host
    assert len(config.unknown) == 4


def test_the_document_names_every_setting() -> None:
    document = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text().lower()
    keys = {key for table in _SETTINGS.values() for key in table}
    assert {key for key in keys if f"`{key}`" not in document} == set()


def test_settings_without_a_meaning_are_told_once(serve_system: Callable[..., Any], corner: Any) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text("[WebService]\nTricks = many\n")
    system = serve_system("--no-tls")
    assert system.output.count("[webservice] tricks in pilothouse.conf means nothing here") == 1


@given(st.text(max_size=200))
def test_nothing_breaks_it(text: str) -> None:
    try:
        parse_config(parse(text).sections)
    except ConfigError:
        return
