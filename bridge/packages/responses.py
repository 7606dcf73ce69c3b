"""What a request for a package's file is answered with."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.packages import headers as header
from bridge.packages.files import CHUNK, FileBody, PackageFile
from bridge.packages.paths import BadRequestError

if TYPE_CHECKING:
    from bridge.packages.checksum import Checksum

CHECKSUM = "X-Cockpit-Pkg-Checksum"
"""The header that says of which packages the response is a part; none where that is not sure.

Only a gateway that asks by the same header, with any value, is told. Cockpit's forgets an old checksum as soon as it
hears of a new one: the tabs that are open would find nothing any more.
"""
_ERROR = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{reason}</title></head>
<body><h1>{reason}</h1></body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response; `close` it, read or not."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes | FileBody

    @property
    def is_page(self) -> bool:
        """Whether it is a page of a package, or says that the reader's own copy of it is good."""
        return self.status in (200, 304) and self.headers.get("Content-Type") == "text/html"

    def close(self) -> None:
        """Let go of the body."""
        if isinstance(self.body, FileBody):
            self.body.close()


def made(content: bytes, name: str, **fields: str) -> Response:
    """What is made for one request, and typed as a file called `name`; `fields` are further headers."""
    return Response(
        200, "OK", {"Content-Type": header.content_type(name), "Cache-Control": header.VOLATILE} | fields, content
    )


def error_page(status: int, reason: str) -> Response:
    """An error, on a page that repeats nothing of the request."""
    fields = {
        "Content-Type": "text/html",
        "Cache-Control": header.VOLATILE,
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    }
    return Response(status, reason, fields, _ERROR.format(reason=reason).encode())


def file_response(
    found: PackageFile, headers: Mapping[str, str], *, policy: str, translated: bool, checksum: "Checksum | None"
) -> Response:
    """An open file, which the response owns; `headers` are the request's, in lower case.

    `policy` are a package's own directives for its pages. `translated`: which file it is depends on the reader's
    language. The response names the `checksum` if that covers the file as it is now.
    BadRequestError for a page without the origin that it is loaded from.
    """
    packed = found.compressed and header.accepts_gzip(headers)
    body = FileBody(found.fd, unpack=found.compressed and not packed)
    try:
        fields = _head(found, headers, policy, packed=packed, translated=translated)
        if checksum and checksum.covers(found.status):
            fields[CHECKSUM] = checksum.value
        if header.is_cached(headers, fields["ETag"]):
            body.close()
            return Response(304, "Not Modified", fields, b"")
        if found.compressed or found.status.st_size > CHUNK:
            return Response(200, "OK", fields, body)
        content = body.read_now()
        if checksum and not checksum.covers(os.fstat(found.fd)):
            fields.pop(CHECKSUM, None)
        body.close()
        return Response(200, "OK", fields, content)
    except BaseException:
        body.close()
        raise


def _head(
    found: PackageFile, headers: Mapping[str, str], policy: str, *, packed: bool, translated: bool
) -> dict[str, str]:
    kind = header.content_type(found.path)
    fields = {"Content-Type": kind, "Cache-Control": header.cache_control(found.path)}
    if kind == "text/html":
        origin = header.websocket_origin(headers)
        if origin is None:
            raise BadRequestError
        fields["Content-Security-Policy"] = header.content_security_policy(policy, origin)
    if packed:
        fields["Content-Encoding"] = "gzip"
    varies = [
        name for name, matters in (("Accept-Encoding", found.compressed), ("Accept-Language", translated)) if matters
    ]
    if varies:
        fields["Vary"] = ", ".join(varies)
    variant = (fields.get("Content-Security-Policy", ""), fields.get("Content-Encoding", ""))
    fields["ETag"] = header.entity_tag(found.status, *variant)
    return fields
