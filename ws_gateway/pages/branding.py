"""How this system's distribution, or its administrator, wants the console to look (reference 4.3)."""

import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ws_gateway.http.static_files import FILES_MAX, StaticError, StaticFile, load_file

PLACES = (Path("/etc/pilothouse/branding"), Path("/usr/share/pilothouse/branding"))
"""The administrator's own files; and folders named by what os-release(5) says, which packages bring."""
SUFFIXES = frozenset((".css", ".png", ".jpg", ".svg", ".ico", ".woff2"))
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"\$\{([A-Z_]{1,64})\}")


def os_release() -> dict[str, str]:
    """What the system says of itself; nothing where it does not."""
    with suppress(OSError):
        return platform.freedesktop_os_release()
    return {}


def load_branding(
    static: Path, release: Mapping[str, str], places: tuple[Path, Path] = PLACES
) -> dict[str, StaticFile]:
    """The files by name, each from the first of the folders that has it. StaticError for what others can write to."""
    found: dict[str, StaticFile] = {}
    for folder in _folders(static, release, places):
        with suppress(FileNotFoundError, NotADirectoryError):
            for path in sorted(folder.iterdir())[:FILES_MAX]:
                is_wanted = path.suffix in SUFFIXES and _NAME.fullmatch(path.name) and not path.stem.startswith("login")
                if is_wanted and path.name not in found and path.is_file():
                    found[path.name] = _load(path, release)
    return found


def _folders(static: Path, release: Mapping[str, str], places: tuple[Path, Path]) -> Iterator[Path]:
    own, shared = places
    yield own
    identity, variant = release.get("ID", ""), release.get("VARIANT_ID", "")
    names = [f"{identity}-{variant}" if variant else "", identity, *release.get("ID_LIKE", "").split(), "default"]
    for root in (shared, static.parent / "branding"):
        yield from (root / name for name in names if _NAME.fullmatch(name))


def _load(path: Path, release: Mapping[str, str]) -> StaticFile:
    try:
        file = load_file(path, trusted=False)
    except OSError as exc:
        raise StaticError(f"{path} cannot be read: {exc.strerror}") from None
    if path.suffix != ".css":
        return file
    text = file.content.decode("utf-8", "replace")
    return file.with_content(_VARIABLE.sub(lambda match: _quoted(release.get(match[1], "")), text).encode())


def _quoted(value: str) -> str:
    """Fit for the inside of a string in CSS."""
    return "".join(c if c.isalnum() or c in " .-_()/:" else f"\\{ord(c):x} " for c in value[:200])
