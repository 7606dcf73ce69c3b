"""Every hook of the bridge. Implementations are marked with `from bridge import hookimpl`.

Arguments are passed by name; an implementation takes only those it wants. Built-ins come through the same door
(`bridge/plugins.py`); installed distributions through the entry point group `pilothouse.bridge`.
"""

from collections.abc import Awaitable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from bridge.channel import Channel
    from bridge.context import Context
    from bridge.router import Router, Rule

PROJECT = "pilothouse.bridge"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def add_hooks(manager: pluggy.PluginManager) -> None:
    """Declare hooks of one's own with `manager.add_hookspecs`; called first, before any other hook."""


@hookspec
def channels() -> "Iterable[type[Channel]]":  # type: ignore[empty-body]
    """The channel classes that the plugin brings. Two classes for one payload are an error at start."""


@hookspec
def routing_rules(router: "Router") -> "Iterable[Rule]":  # type: ignore[empty-body]
    """Rules that say where a channel goes, asked before the built-in ones for local channels and peers."""


@hookspec
def packages() -> Iterable[Path]:  # type: ignore[empty-body]
    """Folders with a manifest.json, to be served as packages."""


@hookspec
def startup(context: "Context") -> Awaitable[None] | None:
    """The bridge has started and answers; what is returned is awaited beside the bridge's work."""


@hookspec
def shutdown(context: "Context") -> Awaitable[None] | None:
    """The bridge is about to end, and its channels have; what is returned is awaited for at most a second."""
