import gzip
import os
import time
from pathlib import Path

import pytest

from bridge.packages.checksum import Checksum, version_of
from bridge.packages.files import CHUNK, FileBody, find
from bridge.packages.paths import BadRequestError
from bridge.packages.responses import CHECKSUM, Response, error_page, file_response, made

ORIGIN = {"x-forwarded-proto": "https", "x-forwarded-host": "server:9090"}


def respond(path: Path, headers: dict[str, str] | None = None, checksum: Checksum | None = None) -> Response:
    found = find(path.parent, path.name)
    assert found
    return file_response(found, headers or {}, policy="img-src *", translated=False, checksum=checksum)


def test_what_is_made_is_not_kept() -> None:
    response = made(b"{}", "manifests.json", ETag='"a"')
    assert (response.status, response.body) == (200, b"{}")
    assert response.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-cache, no-store",
        "ETag": '"a"',
    }


def test_an_error_says_what_it_is() -> None:
    response = error_page(404, "Not Found")
    assert response.status == 404
    assert not response.is_page
    assert b"<h1>Not Found</h1>" in bytes(response.body if isinstance(response.body, bytes) else b"")


def test_a_page_has_the_policy_of_the_origin_it_is_asked_from(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    policies = set()
    tags = set()
    for host in ("server:9090", "other:9090"):
        response = respond(tmp_path / "index.html", ORIGIN | {"x-forwarded-host": host})
        assert f"connect-src wss://{host} 'self'; " in response.headers["Content-Security-Policy"]
        policies.add(response.headers["Content-Security-Policy"])
        tags.add(response.headers["ETag"])
    assert len(policies) == len(tags) == 2


def test_a_page_from_nowhere_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    with pytest.raises(BadRequestError):
        respond(tmp_path / "index.html")


def test_the_file_itself_tells_whether_it_is_covered(tmp_path: Path) -> None:
    for name, content in {"a.js": b"a", "big.bin": bytes(CHUNK + 1), "z.js.gz": gzip.compress(b"z")}.items():
        (tmp_path / name).write_bytes(content)
    names = ("a.js", "big.bin", "z.js.gz")
    checksum = Checksum("f" * 64, frozenset(version_of((tmp_path / name).stat()) for name in names))
    for name in ("a.js", "big.bin", "z.js"):
        response = respond(tmp_path / name, {"accept-encoding": "gzip"}, checksum)
        assert response.headers[CHECKSUM] == "f" * 64
        again = respond(
            tmp_path / name, {"accept-encoding": "gzip", "if-none-match": response.headers["ETag"]}, checksum
        )
        assert (again.status, again.headers[CHECKSUM]) == (304, "f" * 64)
        response.close()
    for name in names:
        os.utime(tmp_path / name, ns=(1, 1))
    for name in ("a.js", "big.bin", "z.js"):
        response = respond(tmp_path / name, {}, checksum)
        assert CHECKSUM not in response.headers
        response.close()


def test_a_file_that_changes_while_it_is_read_is_not_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.js").write_text("whole")
    checksum = Checksum("f" * 64, frozenset({version_of((tmp_path / "a.js").stat())}))
    read = FileBody.read_now

    def truncated_before(body: FileBody) -> bytes:
        (tmp_path / "a.js").write_text("wh")
        return read(body)

    monkeypatch.setattr(FileBody, "read_now", truncated_before)
    response = respond(tmp_path / "a.js", {}, checksum)
    assert response.body == b"wh"
    assert CHECKSUM not in response.headers


def test_what_is_being_sent_is_completed_though_the_file_is_replaced(tmp_path: Path) -> None:
    content = os.urandom(3 * CHUNK)
    (tmp_path / "big.bin").write_bytes(content)
    response = respond(tmp_path / "big.bin")
    assert isinstance(response.body, FileBody)
    start = response.body.read_now()
    (tmp_path / "new").write_text(str(time.time_ns()))
    (tmp_path / "new").replace(tmp_path / "big.bin")
    assert start + b"".join(iter(response.body.read_now, b"")) == content
    response.close()
