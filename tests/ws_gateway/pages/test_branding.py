"""Which files make the console look like the system that it runs on."""

from pathlib import Path

import pytest

from ws_gateway.http.static_files import StaticError
from ws_gateway.pages.branding import load_branding
from ws_gateway.settings import LOGIN_FILES

RELEASE = {"ID": "debian", "VARIANT_ID": "server", "ID_LIKE": "other ../up", "NAME": 'De"b}ian'}


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "etc", tmp_path / "share"


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".", 1)).write_text(content)


def test_the_nearest_wins_file_by_file(places: tuple[Path, Path]) -> None:
    own, shared = places
    write(shared / "default", branding_css="default", logo_png="default", favicon_ico="default")
    write(shared / "debian", branding_css="debian", logo_png="debian")
    write(shared / "debian-server", branding_css="server")
    write(own, favicon_ico="own")
    found = load_branding(LOGIN_FILES, RELEASE, places)
    contents = {name: file.content.decode() for name, file in found.items()}
    assert contents == {"branding.css": "server", "logo.png": "debian", "favicon.ico": "own"}
    assert found["logo.png"].content_type == "image/png"


def test_what_the_system_says_is_put_in_as_text(places: tuple[Path, Path]) -> None:
    write(places[0], branding_css='#brand::before { content: "${NAME} ${VERSION}x"; }')
    (file,) = load_branding(LOGIN_FILES, RELEASE, places).values()
    assert file.content.decode() == '#brand::before { content: "De\\22 b\\7d ian x"; }'


def test_nothing_else_is_served(places: tuple[Path, Path]) -> None:
    write(places[0], login_js="x", login_css="x", index_html="x", _hidden="x")
    (places[0] / ".css").write_text("x")
    assert load_branding(LOGIN_FILES, RELEASE, places) == {}
    write(places[0], branding_css="x")
    (places[0] / "branding.css").chmod(0o666)
    with pytest.raises(StaticError, match="writable by root only"):
        load_branding(LOGIN_FILES, RELEASE, places)


def test_no_branding_at_all(places: tuple[Path, Path]) -> None:
    assert load_branding(LOGIN_FILES, {}, places) == {}
