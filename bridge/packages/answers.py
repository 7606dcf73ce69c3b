"""What requests for packages' files are answered with (reference 5.4 to 5.6)."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bridge.packages import headers as header
from bridge.packages.files import FileBody, PackageFile, find
from bridge.packages.paths import BadRequestError, parse_path
from bridge.packages.responses import CHECKSUM, Response, error_page, file_response, made
from manifests.locales import locales
from manifests.search import Package

if TYPE_CHECKING:
    from bridge.packages.checksum import Checksum

log = logging.getLogger(__name__)

GLOB_MAX = 16 * 1024 * 1024
"""Bytes of the longest concatenation of one file over all packages."""

_MANIFESTS_JS = """(function (root, data) {
    if (typeof define === "function" && define.amd)
        define(data);
    if (typeof cockpit === "object" && cockpit)
        cockpit.manifests = data;
    else
        root.manifests = data;
}(this, %s));
"""
_VIRTUAL = ("checksum", "manifests.json", "manifests.js", "manifests-i18n.js")
_TRANSLATIONS = ("po.js", "po.manifest.js")


def guarded(answer: Callable[[], Response]) -> Response:
    """The answer, or that there is none: 400 for what is no request, 500 where something of ours went wrong."""
    try:
        return answer()
    except BadRequestError:
        return error_page(400, "Bad Request")
    except Exception:
        log.exception("a package file cannot be sent")
        return error_page(500, "Internal Server Error")


class Answering:
    """The packages as one request sees them, whatever is reloaded meanwhile."""

    def __init__(
        self,
        packages: Mapping[str, Package],
        checksum: "Callable[[bool], Checksum | None]",
        warn: Callable[[list[str]], None],
    ) -> None:
        """`checksum(anew)` is theirs: if `anew`, as they are now on the disk. `warn` takes what is for the log."""
        self._packages = packages
        self._checksum = checksum
        self._warn = warn

    def respond(self, path: str, headers: Mapping[str, str]) -> Response:
        """The answer to a GET of `path`; BadRequestError for what is no request."""
        segments = parse_path(path)
        if segments is None:
            return error_page(404, "Not Found")
        return self._respond(segments, {name.lower(): value for name, value in headers.items()})

    def _respond(self, segments: list[str], headers: Mapping[str, str]) -> Response:
        first, *rest = segments
        if not rest:
            return self._virtual(first, headers)
        if first == "*":
            return self._everywhere("/".join(rest), headers)
        return self._file(first, "/".join(rest), headers)

    def _file(self, name: str, path: str, headers: Mapping[str, str]) -> Response:
        package = self._packages.get(name)
        if package is None:
            return error_page(404, "Not Found")
        translated = path in _TRANSLATIONS
        # A page begins with its document: that is when it must be seen that something has changed.
        begins = header.content_type(path) == "text/html"
        checksum = self._checksum(begins) if _asks_for_checksum(headers) else None
        found = _translation(package, path, headers) if translated else find(package.directory, path)
        if found:
            policy = package.manifest.content_security_policy
            return file_response(found, headers, policy=policy, translated=translated, checksum=checksum)
        return _no_translation(path, headers, checksum) if translated else error_page(404, "Not Found")

    def _virtual(self, name: str, headers: Mapping[str, str]) -> Response:
        if name not in _VIRTUAL:
            return error_page(404, "Not Found")
        if name == "checksum":
            current = self._checksum(True)
            return made(current.value.encode(), name) if current else error_page(404, "Not Found")
        every: dict[str, Any] = {name: package.manifest.raw for name, package in self._packages.items()}
        fields = {}
        checksum = self._checksum(True) if _asks_for_checksum(headers) else None
        if checksum:
            every = {".checksum": checksum.value, **every}
            # The shell of older Cockpits finds the packages of a host by the tag of its manifests (reference 5.7).
            fields = {CHECKSUM: checksum.value, "ETag": f'"${checksum.value}"'}
        manifests = json.dumps(every, separators=(",", ":"))
        match name:
            case "manifests.json":
                return made(manifests.encode(), name, **fields)
            case "manifests-i18n.js":
                before = self._joined("po.manifest.js", headers)
                return made(before + (_MANIFESTS_JS % manifests).encode(), name)
        return made((_MANIFESTS_JS % manifests).encode(), name, **fields)

    def _everywhere(self, path: str, headers: Mapping[str, str]) -> Response:
        if header.content_type(path) == "text/html":
            return error_page(404, "Not Found")
        return made(self._joined(path, headers), path)

    def _joined(self, path: str, headers: Mapping[str, str]) -> bytes:
        """One file of every package, in the order of names; what cannot be read is left out."""
        # A script may lack the semicolon at its end, and the next one would read as its arguments.
        end = b"\n;\n" if header.content_type(path) == "text/javascript" else b"\n"
        parts: list[bytes] = []
        left = GLOB_MAX
        for package in self._packages.values():
            found = _translation(package, path, headers) if path in _TRANSLATIONS else find(package.directory, path)
            if found is None:
                continue
            try:
                part = _content(found, left)
            except (OSError, ValueError) as exc:
                self._warn([f"{package.directory}: {found.path} is left out: {exc}"])
                continue
            left -= len(part)
            parts.append(part + end)
        return b"".join(parts)


def _asks_for_checksum(headers: Mapping[str, str]) -> bool:
    return CHECKSUM.lower() in headers


def _no_translation(path: str, headers: Mapping[str, str], checksum: "Checksum | None") -> Response:
    fields = {"Content-Type": header.content_type(path), "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    fields["ETag"] = '"none"'
    if checksum:
        fields[CHECKSUM] = checksum.value
    if header.is_cached(headers, fields["ETag"]):
        return Response(304, "Not Modified", fields, b"")
    return Response(200, "OK", fields, b"")


def _content(found: PackageFile, limit: int) -> bytes:
    """All of a file; ValueError when it is longer than `limit` bytes, or not the gzip file it is called."""
    body = FileBody(found.fd, unpack=found.compressed)
    try:
        content = bytearray()
        while piece := body.read_now():
            content += piece
            if len(content) > limit:
                raise ValueError(f"longer than {limit} bytes")
        return bytes(content)
    finally:
        body.close()


def _translation(package: Package, path: str, headers: Mapping[str, str]) -> PackageFile | None:
    """`po.js` in the reader's language. A package without a `po.manifest.js` of its own has all in `po.js`."""
    stem = path.removesuffix(".js")
    for locale in locales(headers.get("accept-language", "")):
        for name in dict.fromkeys((stem, "po")):
            found = find(package.directory, f"{name}.{locale}.js")
            if found:
                return found
    return find(package.directory, path)
