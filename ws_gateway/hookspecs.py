"""The hooks of the gateway: what a plugin may add to it. Arguments are passed by name; take those you want.

An implementation is marked with `from ws_gateway import hookimpl` and lives in a module that the entry point group
`pilothouse.gateway` names. Hooks run in the gateway, never in anything that is root on another's behalf.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy
from tornado.routing import PathMatches

if TYPE_CHECKING:
    from ws_gateway.app import Gateway
    from ws_gateway.auth.attempt import AuthBackend

PROJECT = "pilothouse.gateway"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class GatewaySpecs:
    """Every hook there is."""

    @hookspec
    def auth_backends(self, gateway: "Gateway") -> "Mapping[str, AuthBackend]":  # type: ignore[empty-body]
        """Ways to log in: the scheme word of the `Authorization` header, in lower case, to what checks the rest.

        `*` is the one for schemes that no other is for. Two back ends for one scheme are an error at start.
        """

    @hookspec
    def routes(self, gateway: "Gateway") -> Sequence[tuple[str | PathMatches, type[Any]]]:  # type: ignore[empty-body]
        """Paths to serve: a regular expression for the whole path (or Tornado's PathMatches), and a handler
        (`ws_gateway.http.handler.Handler`).

        Built-in routes come before yours, but for the shell's, which takes what is left. The checks of method, body
        and Host hold for these as for our own; whether a session is needed is the handler's to say.
        """

    @hookspec
    def startup(self, gateway: "Gateway") -> None:
        """Called in the event loop, before the first connection is accepted."""

    @hookspec
    def shutdown(self, gateway: "Gateway") -> None:
        """Called in the event loop when every session has ended."""
