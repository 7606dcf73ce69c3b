"""Asking packages for files as a gateway does."""

from bridge.packages import Packages
from bridge.packages.files import FileBody
from bridge.packages.responses import Response

FORWARDED = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "127.0.0.1:9090"}


def body_of(response: Response) -> bytes:
    """All of a body; the response is closed."""
    body = response.body
    content = b"".join(iter(body.read_now, b"")) if isinstance(body, FileBody) else body
    response.close()
    return content


def get(packages: Packages, path: str, **headers: str) -> tuple[int, bytes]:
    """Status and body of the answer."""
    response = packages.respond(path, FORWARDED | headers)
    return response.status, body_of(response)
