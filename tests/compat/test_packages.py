"""`http-stream1` with `internal: packages`: the files of pages (reference 2.13, section 5)."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer

HEADERS = {"Host": "localhost", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "console:9090"}


@pytest.fixture
def package(folder: Path) -> Path:
    """A package of this host, `pkg`, in a folder with another name."""
    home = folder / "share/cockpit/folder"
    (home / "sub").mkdir(parents=True)
    manifest = {
        "name": "pkg",
        "version": 1,
        "menu": {"index": {"label": "Label", "order": 5}},
        "content-security-policy": "img-src 'self' data: blob:",
    }
    (home / "manifest.json").write_text(json.dumps(manifest))
    (home / "index.html").write_text("<html><head></head></html>")
    (home / "plain.js").write_text("plain()")
    (home / "packed.js.gz").write_bytes(gzip.compress(b"packed()"))
    (home / "small.min.js").write_text("small()")
    (home / "sub/page.css").write_text("css{}")
    (home / "unknown.xyz").write_text("text")
    (home / "po.de.js").write_text("german()")
    (home / "po.zh_CN.js").write_text("chinese()")
    return home


@pytest.fixture
def get(package: Path, start: Callable[..., Peer]) -> Callable[..., tuple[dict[str, Any], bytes]]:
    """Asks for a path as the gateway does: the status and the body."""
    peer = start()

    def ask(path: str, *, method: str = "GET", **headers: str) -> tuple[dict[str, Any], bytes]:
        members = {name.replace("_", "-"): value for name, value in headers.items()}
        peer.open(
            "h", "http-stream1", internal="packages", method=method, path=path, headers=HEADERS | members,
            binary="raw", host="localhost", **{"flow-control": True},
        )  # fmt: skip
        peer.control("ready", channel="h")
        peer.done("h")
        if (event := peer.next("h"))[0] == "ready":
            event = peer.next("h")
        assert isinstance(event[0], bytes), event
        body, close = peer.until("close", "h")
        assert "problem" not in close, close
        return json.loads(event[0]), body

    return ask


Get = Callable[..., tuple[dict[str, Any], bytes]]


def header(status: dict[str, Any], name: str) -> str | None:
    return next((value for key, value in status["headers"].items() if key.lower() == name.lower()), None)


def test_a_file(get: Get) -> None:
    status, body = get("/pkg/plain.js")
    assert (status["status"], status["reason"], body) == (200, "OK", b"plain()")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("plain.js", "javascript"),
        ("index.html", "text/html"),
        ("sub/page.css", "text/css"),
        ("unknown.xyz", "text/plain"),
        ("manifest.json", "json"),
    ],
)
def test_content_types(get: Get, path: str, kind: str) -> None:
    status, _ = get(f"/pkg/{path}")
    assert (header(status, "Content-Type") or "").partition(";")[0].removeprefix("application/").endswith(kind)


def test_a_packed_file_for_those_who_unpack(get: Get) -> None:
    status, body = get("/pkg/packed.js", Accept_Encoding="gzip, identity")
    assert header(status, "Content-Encoding") == "gzip"
    assert gzip.decompress(body) == b"packed()"


def test_a_packed_file_for_those_who_do_not(get: Get) -> None:
    status, body = get("/pkg/packed.js", Accept_Encoding="identity")
    assert header(status, "Content-Encoding") is None
    assert body == b"packed()"


def test_a_minified_file_under_the_plain_name(get: Get) -> None:
    assert get("/pkg/small.js")[1] == b"small()"


def test_what_is_missing(get: Get) -> None:
    status, body = get("/pkg/missing.js")
    assert status["status"] == 404
    assert b"<html" in body


@pytest.mark.parametrize(
    "path",
    [
        "/missing/index.html",
        "/folder/index.html",
        "/pkg/../pkg/plain.js",
        "/pkg/../../../etc/passwd",
        "/pkg/%2e%2e/x",
        "/pkg",
    ],
)
def test_what_is_not_to_be_had(get: Get, path: str) -> None:
    assert get(path)[0]["status"] in (400, 403, 404)


def test_links_out_of_the_package_are_not_followed(get: Get, package: Path) -> None:
    (package / "passwd").symlink_to("/etc/passwd")
    status, body = get("/pkg/passwd")
    assert (status["status"], b"root:" in body) == (404, False)


def test_pages_have_a_policy(get: Get) -> None:
    policy = header(get("/pkg/index.html")[0], "Content-Security-Policy") or ""
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";") if rule.strip())
    assert "'self'" in rules["default-src"]
    assert "ws://console:9090" in rules["connect-src"]
    assert rules["object-src"] == "'none'"
    assert "blob:" in rules["img-src"]
    assert "unsafe" not in policy


def test_pages_behind_tls_connect_with_tls(get: Get) -> None:
    policy = header(get("/pkg/index.html", X_Forwarded_Proto="https")[0], "Content-Security-Policy") or ""
    assert "wss://console:9090" in policy


def test_no_policy_for_what_is_no_page(get: Get) -> None:
    assert header(get("/pkg/plain.js")[0], "Content-Security-Policy") is None


def test_manifests_json(get: Get) -> None:
    manifests = json.loads(get("/manifests.json")[1])
    assert manifests["pkg"]["menu"]["index"]["label"] == "Label"


def test_manifests_js(get: Get) -> None:
    status, body = get("/manifests.js")
    assert "javascript" in (header(status, "Content-Type") or "")
    assert b"manifests" in body
    assert b'"Label"' in body


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ("de", b"german()"),
        ("de-AT,en;q=0.5", b"german()"),
        ("zh-CN", b"chinese()"),
        ("zh-cn", b"chinese()"),
        ("fr,de;q=0.3", b"german()"),
        ("fr", b""),
    ],
)
def test_languages(get: Get, languages: str, expected: bytes) -> None:
    status, body = get("/pkg/po.js", Accept_Language=languages)
    assert (status["status"], body.strip()) == (200, expected)


def test_english_ends_the_search(get: Get) -> None:
    assert get("/pkg/po.js", Accept_Language="en,de")[1] == b""


def test_all_packages_at_once(get: Get, folder: Path) -> None:
    assert b"german()" in get("/*/po.js", Accept_Language="de")[1]


def test_headers_are_required(peer: Peer) -> None:
    peer.open("h", "http-stream1", internal="packages", method="GET", path="/manifests.js")
    peer.refused("h", "protocol-error", message="attribute 'headers' required")


def test_the_packages_are_told_in_init(package: Path, start: Callable[..., Peer]) -> None:
    assert start().init["packages"]["pkg"] is None


def test_the_better_of_two(package: Path, start: Callable[..., Peer], folder: Path, get: Get) -> None:
    assert get("/pkg/plain.js")[1] == b"plain()"
    better = folder / "home/data/cockpit/better"
    better.mkdir(parents=True)
    (better / "manifest.json").write_text(json.dumps({"name": "pkg", "priority": 50}))
    (better / "plain.js").write_text("better()")
    peer = start()
    peer.open("h", "http-stream1", internal="packages", method="GET", path="/pkg/plain.js", headers=HEADERS)
    peer.done("h")
    assert peer.until("close", "h")[0].endswith(b"better()")


@pytest.mark.parametrize(
    ("condition", "there"),
    [
        ({"path-exists": "/etc/passwd"}, True),
        ({"path-exists": "/nonexistent"}, False),
        ({"path-not-exists": "/nonexistent"}, True),
        ({"path-not-exists": "/etc/passwd"}, False),
        ({"any": [{"path-exists": "/nonexistent"}, {"path-exists": "/etc/passwd"}]}, True),
        ({"any": [{"path-exists": "/nonexistent"}]}, False),
    ],
    ids=["exists", "exists.no", "missing", "missing.no", "any", "any.no"],
)
def test_conditions(package: Path, start: Callable[..., Peer], condition: dict[str, Any], there: bool) -> None:
    (package / "manifest.json").write_text(json.dumps({"name": "pkg", "conditions": [condition]}))
    assert ("pkg" in start().init["packages"]) == there


@pytest.mark.parametrize(
    ("requires", "there"), [({"cockpit": "120"}, True), ({"cockpit": "9999"}, False), ({"x": "1"}, False)]
)
def test_requirements(package: Path, start: Callable[..., Peer], requires: dict[str, str], there: bool) -> None:
    (package / "manifest.json").write_text(json.dumps({"name": "pkg", "requires": requires}))
    assert ("pkg" in start().init["packages"]) == there


def test_overrides(package: Path, get: Get, start: Callable[..., Peer], folder: Path) -> None:
    (package / "override.json").write_text(json.dumps({"menu": None, "tools": {"one": {"label": "One"}}}))
    (folder / "etc/cockpit").mkdir(parents=True)
    (folder / "etc/cockpit/folder.override.json").write_text(json.dumps({"tools": {"one": {"order": 7}}}))
    peer = start()
    peer.open("h", "http-stream1", internal="packages", method="GET", path="/manifests.json", headers=HEADERS)
    peer.done("h")
    while not isinstance(peer.next("h")[0], bytes):
        pass
    manifest = json.loads(peer.until("close", "h")[0])["pkg"]
    assert "menu" not in manifest
    assert manifest["tools"] == {"one": {"label": "One", "order": 7}}
