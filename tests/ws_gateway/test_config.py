from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.config import SIZE_MAX, Config, ConfigError, parse_config, read_config
from ws_gateway.startups import MaxStartups


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()


def test_everything_there_is(tmp_path: Path) -> None:
    (tmp_path / "pilothouse.conf").write_text(
        "# a comment\n[webservice]\nORIGINS = https://a.example.com:9090 https://*.example.org\n"
        "AllowedHosts = a.example.com [2001:db8::1]\nMaxStartups=5:50:20\nLoginTitle = Maschinenraum\n"
        "Shell = /x\n[Session]\nIdleTimeout=15\n"
    )
    assert read_config(tmp_path) == Config(
        origins=("https://a.example.com:9090", "https://*.example.org"),
        allowed_hosts=("a.example.com", "[2001:db8::1]"),
        max_startups=MaxStartups(5, 50, 20),
        login_title="Maschinenraum",
        unknown=("[webservice] shell", "[Session] idletimeout"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Origins = x\n", "no section headers"),
        ("[WebService]\nnonsense\n", "parsing errors"),
        ("[WebService]\nOrigins = *\n", "[WebService] origins: '*' is not an origin"),
        ("[WebService]\nOrigins = https://*\n", "not an origin"),
        ("[WebService]\nOrigins = https://a.*.com\n", "not an origin"),
        ("[WebService]\nAllowedHosts = https://x\n", "not a host name"),
        ("[WebService]\nMaxStartups = many\n", "maxstartups: MaxStartups is a number"),
        ("[WebService]\nLoginTitle = a\x1bb\n", "title is one line"),
        ("[WebService]\nOrigins=https://x\nOrigins=https://y\n", "already exists"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "the.conf")
    assert said in str(caught.value)
    assert "the.conf" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff", b"#" * (SIZE_MAX + 1)])
def test_a_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pilothouse.conf").write_bytes(content)
    with pytest.raises(ConfigError):
        read_config(tmp_path)


@given(st.text(max_size=200))
def test_nothing_breaks_it(text: str) -> None:
    try:
        parse_config(text, "x")
    except ConfigError:
        return
