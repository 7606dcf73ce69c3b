"""What the login page's scripts are told."""

import json
import re
from typing import Any

import pytest

from ws_gateway.pages.login_environment import BANNER_MAX, read_banner


def told(page: str) -> Any:
    match = re.search(r'<script type="application/json" id="environment">(.*?)</script>', page)
    assert match is not None
    return json.loads(match[1])


async def test_a_single_users_page(start: Any) -> None:
    environment = told((await (await start()).fetch("/")).body.decode())
    assert environment["page"]["connect"] is False
    assert {"OAuth", "banner", "CACertUrl", "certificate", "negotiate"} & environment.keys() == set()


def test_what_is_configured(serve_system: Any, corner: Any) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "issue-of-ours").write_text("</script><script>alert(1)</script> Größe\n")
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text(
        "[WebService]\nLoginTitle = Maschinenraum\nLoginTo = yes\nUrlRoot = /x\n"
        "[Session]\nBanner = /etc/issue-of-ours\n[OAuth]\nURL = https://id.example.com/\n"
    )
    page = serve_system().get("/x/").body.decode()
    environment = told(page)
    assert environment["page"] == {
        "title": "Maschinenraum",
        "connect": True,
        "require_host": False,
        "allow_multihost": True,
    }
    assert environment["banner"] == "</script><script>alert(1)</script> Größe"
    assert "<script>alert" not in page
    assert environment["OAuth"]["TokenParam"] == "access_token"
    assert environment["CACertUrl"] == "/x/ca.cer"
    assert environment["os-release"]["ID"]


@pytest.mark.parametrize("content", [None, "x" * (BANNER_MAX + 1)])
def test_a_banner_that_cannot_be_shown(tmp_path: Any, content: str | None) -> None:
    if content is not None:
        (tmp_path / "banner").write_text(content)
    assert read_banner(tmp_path / "banner") == ""
