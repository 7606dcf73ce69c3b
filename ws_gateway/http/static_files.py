"""The few files that anybody may have without a session: those of the login page, held in memory."""

import hashlib
import mimetypes
import stat
from dataclasses import dataclass
from pathlib import Path

from ws_gateway.settings import LOGIN_FILES

FILES_MAX = 64
FILE_SIZE_MAX = 1024 * 1024
LOGIN_PAGE = "login.html"
FAVICONS = ("favicon.ico", "favicon.svg")
"""The first that there is."""
_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
"""Whatever the machine's own list of types says, if it has one (RFC 9239 for scripts)."""


class StaticError(Exception):
    """Why a folder cannot be served, as a sentence."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served."""

    content: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "StaticFile":
        """One of that name and content."""
        content_type = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        if content_type.startswith("text/"):
            content_type += "; charset=UTF-8"
        return cls(content, content_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')

    def with_content(self, content: bytes) -> "StaticFile":
        """One of the same kind."""
        return StaticFile(content, self.content_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def load_static_files(folder: Path) -> dict[str, StaticFile]:
    """The plain files of `folder`, by name, and those of folders in it, as `FOLDER/NAME`.

    A folder that is not our own must belong to root, and nobody else may be able to change it or what is in it:
    whoever writes the login page gets everybody's credentials.
    """
    try:
        if folder != LOGIN_FILES:
            _check_owner(folder)
        inside = [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__"))]
        deeper = [path for place in inside if place.is_dir() for path in sorted(place.iterdir())[: FILES_MAX + 1]]
        paths = [path for path in (*inside, *deeper) if path.is_file()]
        if folder / LOGIN_PAGE not in paths:
            raise StaticError(f"{folder} holds no {LOGIN_PAGE}")
        if len(paths) > FILES_MAX:
            raise StaticError(f"{folder} holds more than {FILES_MAX} files")
        trusted = folder == LOGIN_FILES
        return {str(path.relative_to(folder)): load_file(path, trusted) for path in paths}
    except OSError as exc:
        raise StaticError(f"{folder} cannot be read: {exc.strerror}") from None


def load_file(path: Path, trusted: bool) -> StaticFile:
    """One file; StaticError if it is too large, or others than root can write to one that is not `trusted`."""
    if not trusted:
        _check_owner(path)
    if path.stat().st_size > FILE_SIZE_MAX:
        raise StaticError(f"{path} is larger than {FILE_SIZE_MAX} bytes")
    return StaticFile.of(path.name, path.read_bytes())


def _check_owner(path: Path) -> None:
    status = path.stat()
    if status.st_uid != 0 or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StaticError(f"{path} must belong to root and be writable by root only")
