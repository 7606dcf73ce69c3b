"""Hooks of the machines back end: further ways to reach virtual machines, brought by installed distributions.

They name a module in the entry point group `pilothouse.machines`; its implementations are marked with `hookimpl` of
this module.
"""

from collections.abc import Awaitable, Callable

import pluggy

from plugins.machines.provider import Listener, Provider

PROJECT = "pilothouse.machines"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Opening = Callable[[str, Listener], Awaitable[Provider]]
"""Opens a connection: called with the URI and with whom to tell of changes. Fails with a Problem alone."""


@hookspec(firstresult=True)
def machines_provider(uri: str) -> Opening | None:
    """What opens a provider for `uri`, or None for a URI of others; the first that answers is taken, before our own."""
