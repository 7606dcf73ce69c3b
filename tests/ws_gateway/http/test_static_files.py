import os
from pathlib import Path

import pytest

from ws_gateway.http.static_files import StaticError, load_static_files
from ws_gateway.settings import LOGIN_FILES

root_only = pytest.mark.skipif(os.getuid() != 0, reason="only root can own a folder that may be served")


def test_our_own_files_are_small() -> None:
    files = load_static_files(LOGIN_FILES)
    languages = {f"dist/{language}.json" for language in ("de",)}
    assert set(files) == {"login.html", "login.js", "login.css", "favicon.svg", "branding.css"} | languages
    # The page carries the texts of one language in it.
    assert sum(len(file.content) for file in files.values()) < 20_000


def test_a_browser_is_told_scripts_and_pictures_where_the_machine_has_no_list_of_types(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda name: (None, None))
    types = {name: file.content_type for name, file in load_static_files(LOGIN_FILES).items()}
    assert types["login.js"] == "text/javascript; charset=UTF-8"
    assert types["favicon.svg"] == "image/svg+xml"


@root_only
def test_another_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "login.html").write_text("<p>hello")
    (tmp_path / "sub").mkdir()
    assert [*load_static_files(tmp_path)] == ["login.html"]


@root_only
@pytest.mark.parametrize("name", [".", "login.html"])
def test_what_others_can_change_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "login.html").write_text("<p>hello")
    (tmp_path / name).chmod(0o777)
    with pytest.raises(StaticError, match="root"):
        load_static_files(tmp_path)
    (tmp_path / name).chmod(0o755)
    os.chown(tmp_path / name, 1000, 1000)
    with pytest.raises(StaticError, match="root"):
        load_static_files(tmp_path)


@root_only
def test_a_folder_without_a_login_page(tmp_path: Path) -> None:
    with pytest.raises(StaticError, match=r"login\.html"):
        load_static_files(tmp_path)
    with pytest.raises(StaticError, match="cannot be read"):
        load_static_files(tmp_path / "missing")


@root_only
def test_bounds(tmp_path: Path) -> None:
    (tmp_path / "login.html").write_bytes(b"x" * (1024 * 1024 + 1))
    with pytest.raises(StaticError, match="larger"):
        load_static_files(tmp_path)
    (tmp_path / "login.html").write_text("x")
    for number in range(64):
        (tmp_path / str(number)).touch()
    with pytest.raises(StaticError, match="more than"):
        load_static_files(tmp_path)
