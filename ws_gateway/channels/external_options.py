"""The query of an external channel's URL: an `open` message without channel and command, in base64 (reference 4.5)."""

import base64
import binascii
from dataclasses import dataclass

from bridge.protocol import JsonObject, Problem, decode_json
from ws_gateway.http.headers import is_field_value

OPTIONS_MAX = 12 * 1024
"""Characters of the query."""
_PROTOCOLS_MAX = 16

_HEADERS = {
    "content-disposition": "Content-Disposition",
    "content-type": "Content-Type",
    "content-encoding": "Content-Encoding",
}


@dataclass(frozen=True, slots=True)
class ExternalOptions:
    """What a query asks for."""

    members: JsonObject
    """The members of the `open` message."""
    headers: dict[str, str]
    """The headers of an HTTP response."""
    protocols: tuple[str, ...]
    """The websocket protocols that may be chosen."""

    @property
    def binary(self) -> bool:
        """Whether the data is binary."""
        return "binary" in self.members


def parse_options(query: str) -> ExternalOptions:
    """The options in a query; ValueError for what is none."""
    if len(query) > OPTIONS_MAX:
        raise ValueError("the options are too long")
    try:
        members = decode_json(base64.b64decode(query, validate=True))
    except (binascii.Error, ValueError, Problem):
        raise ValueError("the options are not JSON in base64") from None
    if not isinstance(members, dict) or "channel" in members or "command" in members:
        raise ValueError("the options are not those of an open message")
    if members.get("binary", "raw") != "raw":
        raise ValueError("binary must be raw")
    external = members.pop("external", {})
    if not isinstance(external, dict):
        raise ValueError("external must be an object")
    headers = {"Content-Type": "application/octet-stream" if "binary" in members else "text/plain"}
    return ExternalOptions({"host": "localhost", **members}, headers | _headers(external), _protocols(external))


def _headers(external: JsonObject) -> dict[str, str]:
    for key in _HEADERS:
        if not is_field_value(external.get(key, "")):
            raise ValueError(f"external.{key} cannot be a header")
    return {name: external[key] for key, name in _HEADERS.items() if key in external}


def _protocols(external: JsonObject) -> tuple[str, ...]:
    protocols = external.get("protocols", [])
    if not isinstance(protocols, list) or len(protocols) > _PROTOCOLS_MAX or not all(map(is_field_value, protocols)):
        raise ValueError("external.protocols must be a list of names")
    return tuple(protocols)
