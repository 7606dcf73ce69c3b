import gzip
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.package_requests import FORWARDED, body_of, get

from bridge.packages import Packages
from bridge.packages.answers import GLOB_MAX
from bridge.packages.files import CHUNK, FileBody

Add = Callable[..., Path]


# Files


def test_a_file_has_its_type_and_is_checked_at_every_use(packages: Packages) -> None:
    response = packages.respond("/one/sub/b.css", {})
    assert (response.status, response.reason, response.body) == (200, "OK", b"b")
    assert response.headers["Content-Type"] == "text/css"
    assert response.headers["Cache-Control"] == "no-cache"


def test_what_the_client_has_is_not_sent_again(packages: Packages, tmp_path: Path) -> None:
    tag = packages.respond("/one/a.js", {}).headers["ETag"]
    response = packages.respond("/one/a.js", {"if-none-match": tag})
    assert (response.status, response.reason, response.body) == (304, "Not Modified", b"")
    assert response.headers["ETag"] == tag
    (tmp_path / "plugins/one/a.js").write_text("changed")
    assert get(packages, "/one/a.js", **{"If-None-Match": tag}) == (200, b"changed")


def test_a_page_has_a_policy_with_its_own_websocket(environ: dict[str, str], add: Add) -> None:
    add("page", {"content-security-policy": "img-src *"}, **{"index.html": "<p>"})
    response = Packages(environ).respond("/page/index.html", FORWARDED)
    policy = response.headers["Content-Security-Policy"]
    assert "connect-src ws://127.0.0.1:9090 'self';" in policy
    assert "img-src *;" in policy
    assert body_of(response) == b"<p>"


def test_a_page_that_is_cached_is_sent_again_when_its_policy_changed(environ: dict[str, str], add: Add) -> None:
    add("page", **{"index.html": "<p>"})
    packages = Packages(environ)
    tag = packages.respond("/page/index.html", FORWARDED).headers["ETag"]
    assert packages.respond("/page/index.html", FORWARDED | {"If-None-Match": tag}).status == 304
    add("page", {"content-security-policy": "img-src *"})
    packages.reload()
    assert packages.respond("/page/index.html", FORWARDED | {"If-None-Match": tag}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Host": "h"},
        {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "h; script-src *"},
    ],
)
def test_a_page_without_a_valid_origin_is_a_bad_request(packages: Packages, headers: dict[str, str]) -> None:
    assert packages.respond("/one/index.html", headers).status == 400


def test_built_files_lie_in_dist_and_hashed_ones_are_kept(environ: dict[str, str], add: Add) -> None:
    add("page", **{"dist/index.html": "<p>", "dist/index-ABCD2345.js": "built"})
    packages = Packages(environ)
    assert get(packages, "/page/index.html") == (200, b"<p>")
    response = packages.respond("/page/index-ABCD2345.js", {})
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert body_of(response) == b"built"


def test_a_packed_file_is_sent_packed_to_who_takes_it(environ: dict[str, str], add: Add) -> None:
    add("page", **{"a.js.gz": gzip.compress(b"packed")})
    packages = Packages(environ)
    packed = packages.respond("/page/a.js", {"Accept-Encoding": "gzip, br"})
    plain = packages.respond("/page/a.js", {})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"] == "text/javascript"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert gzip.decompress(body_of(packed)) == body_of(plain) == b"packed"


def test_a_big_file_is_not_read_whole(environ: dict[str, str], add: Add) -> None:
    add("page", **{"big.bin": os.urandom(CHUNK + 1), "small.bin": b"x" * CHUNK})
    packages = Packages(environ)
    big = packages.respond("/page/big.bin", {})
    assert isinstance(big.body, FileBody)
    assert len(body_of(big)) == CHUNK + 1
    assert packages.respond("/page/small.bin", {}).body == b"x" * CHUNK


def test_a_cached_big_file_leaves_nothing_open(environ: dict[str, str], add: Add) -> None:
    add("page", **{"big.bin": bytes(CHUNK + 1)})
    packages = Packages(environ)
    response = packages.respond("/page/big.bin", {})
    response.close()
    assert packages.respond("/page/big.bin", {"If-None-Match": response.headers["ETag"]}).status == 304


# What is not to be had


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/one/absent.js", 404),
        ("/absent/a.js", 404),
        ("/one", 404),
        ("/one/", 404),
        ("/one/sub", 404),
        ("/one/sub/", 404),
        ("/one/.hidden", 404),
        ("/one/sub/.hidden", 404),
        ("/.one/a.js", 404),
        ("/one//a.js", 404),
        ("/one/link", 404),
        ("/one/up/secret", 404),
        ("/one/%252e%252e/secret", 404),
        ("/one/..;/secret", 404),
        ("/one/../secret", 400),
        ("/one/%2e%2e/secret", 400),
        ("/one/..%2fsecret", 400),
        ("/../../../etc/passwd", 400),
        ("/one/..\\secret", 400),
        ("/one/a.js%00", 400),
        ("/one/%ff", 400),
        ("/one/%", 400),
        ("one/a.js", 400),
        ("", 400),
        ("/one/" + "a/" * 200, 400),
        ("/one/" + "a" * 9000, 400),
        ("/checksum", 404),
        ("/*", 404),
        ("/*/index.html", 404),
        ("/**/a.js", 404),
    ],
)
def test_what_cannot_be_answered_repeats_nothing_of_the_request(
    packages: Packages, tmp_path: Path, path: str, status: int
) -> None:
    (tmp_path / "plugins/secret").write_text("secret")
    folder = tmp_path / "plugins/one"
    (folder / ".hidden").write_text("secret")
    (folder / "sub/.hidden").write_text("secret")
    (folder / "link").symlink_to("../secret")
    (folder / "up").symlink_to("..")
    response = packages.respond(path, FORWARDED)
    reason = {400: "Bad Request", 404: "Not Found"}[status]
    assert (response.status, response.reason) == (status, reason)
    assert response.headers["Content-Type"] == "text/html"
    assert response.headers["Cache-Control"] == "no-cache, no-store"
    assert body_of(response).decode().count(reason) == 2
    assert b"secret" not in body_of(response)


def test_a_fault_of_ours_is_a_500(environ: dict[str, str], add: Add, caplog: pytest.LogCaptureFixture) -> None:
    add("page", **{"a.txt": "a"})
    packages = Packages(environ)
    response = packages.respond("/page/a.txt", {"accept-encoding": None})  # type: ignore[dict-item]
    assert response.status == 200
    response = packages.respond("/page/a.txt", {"if-none-match": None})  # type: ignore[dict-item]
    assert (response.status, response.reason) == (500, "Internal Server Error")
    assert b"Traceback" not in body_of(response)
    assert "a package file cannot be sent" in caplog.text


# Languages


def test_translations_follow_the_reader(environ: dict[str, str], add: Add) -> None:
    add("page", **{"po.de.js": "de", "po.pt_BR.js.gz": gzip.compress(b"pt_BR"), "dist/po.fr.js": "fr"})
    packages = Packages(environ)
    for language, expected in {
        "de-AT": b"de",
        "pt-BR,de": b"pt_BR",
        "pt,fr": b"fr",
        "en,de": b"",
        "ja": b"",
        "": b"",
    }.items():
        response = packages.respond("/page/po.js", {"Accept-Language": language})
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/javascript"
        assert body_of(response) == expected


def test_a_translation_that_is_cached_is_one_of_its_language(environ: dict[str, str], add: Add) -> None:
    add("page", **{"po.de.js": "de", "po.fr.js": "fr"})
    packages = Packages(environ)
    german = packages.respond("/page/po.js", {"Accept-Language": "de"})
    assert german.headers["Vary"] == "Accept-Language"
    assert get(packages, "/page/po.js", **{"Accept-Language": "fr", "If-None-Match": german.headers["ETag"]}) == (
        200,
        b"fr",
    )


def test_old_packages_have_their_manifest_translated_in_po(environ: dict[str, str], add: Add) -> None:
    add("new", **{"po.de.js": "all", "po.manifest.de.js": "manifest"})
    add("old", **{"po.de.js": "old"})
    packages = Packages(environ)
    assert get(packages, "/new/po.manifest.js", **{"Accept-Language": "de"}) == (200, b"manifest")
    assert get(packages, "/old/po.manifest.js", **{"Accept-Language": "de"}) == (200, b"old")


def test_that_there_is_no_translation_can_be_kept_too(environ: dict[str, str], add: Add) -> None:
    add("one")
    packages = Packages(environ)
    response = packages.respond("/one/po.js", {"Accept-Language": "de"})
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Vary"] == "Accept-Language"
    known = {"Accept-Language": "de", "If-None-Match": response.headers["ETag"]}
    assert packages.respond("/one/po.js", known).status == 304
    add("one", **{"po.de.js": "de"})
    assert get(packages, "/one/po.js", **known) == (200, b"de")


# What is made


def test_manifests_as_json(packages: Packages, add: Add) -> None:
    add("two", {"menu": {"index": {"label": "Zwei\u2028</script>"}}})
    response = packages.respond("/manifests.json", {})
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-cache, no-store"
    assert json.loads(body_of(response)) == {"one": {}, "two": {"menu": {"index": {"label": "Zwei\u2028</script>"}}}}


def run_script(script: bytes, before: str) -> Any:
    """What a script leaves in `result`, run by node as a browser would: `this` is the global object."""
    program = f"{before}; (0, eval)({json.dumps(script.decode())}); console.log(JSON.stringify(result()))"
    return json.loads(subprocess.run(["node", "-e", program], capture_output=True, check=True, timeout=30).stdout)


@pytest.mark.parametrize(
    "before",
    [
        "globalThis.cockpit = {}; result = () => cockpit.manifests",
        "result = () => globalThis.manifests",
        "define = data => { got = data }; define.amd = {}; result = () => got",
    ],
)
@pytest.mark.parametrize("path", ["/manifests.js", "/manifests-i18n.js"])
def test_manifests_as_a_script(packages: Packages, add: Add, path: str, before: str) -> None:
    add("two", {"menu": {"index": {"label": "Zwei"}}}, **{"po.manifest.de.js": "globalThis.loaded = 1"})
    status, script = get(packages, path, **{"Accept-Language": "de"})
    assert status == 200
    assert run_script(script, before) == {"one": {}, "two": {"menu": {"index": {"label": "Zwei"}}}}
    assert (b"globalThis.loaded" in script) is (path == "/manifests-i18n.js")


def test_one_file_of_every_package(environ: dict[str, str], add: Add, caplog: pytest.LogCaptureFixture) -> None:
    add("c", **{"po.de.js": "c"})
    add("a", **{"po.de.js.gz": gzip.compress(b"a")})
    add("b", **{"po.fr.js": "b"})
    add("d", **{"po.de.js.gz": b"broken"})
    packages = Packages(environ)
    response = packages.respond("/*/po.js", {"Accept-Language": "de", "Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.headers["Content-Type"] == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache, no-store"
    assert body_of(response) == b"a\n;\nc\n;\n"
    assert "po.de.js is left out: not a gzip file" in caplog.text
    assert get(packages, "/*/absent.js") == (200, b"")


def test_the_concatenation_is_bounded(environ: dict[str, str], add: Add) -> None:
    folder = add("a", **{"x.txt": ""})
    os.truncate(folder / "x.txt", GLOB_MAX + 1)
    add("b", **{"x.txt": "b"})
    assert get(Packages(environ), "/*/x.txt") == (200, b"b\n")
