"""The list of what the gateway is made of: built-ins first, then what entry points name."""

import os
import sys
from importlib import import_module

import pluggy

from ws_gateway.hookspecs import PROJECT, GatewaySpecs

BUILT_IN = (
    "ws_gateway.auth",
    "ws_gateway.system.logins",
    "ws_gateway.websocket",
    "ws_gateway.diagnosis",
    "ws_gateway.metrics_page",
    "ws_gateway.external_socket",
    "ws_gateway.external",
    "ws_gateway.resources",
    "ws_gateway.pages",
    "ws_gateway.shell_page",
)
"""Modules with hooks, in the order in which their routes are tried."""


def load_plugins() -> pluggy.PluginManager:
    """All hooks, registered. PluginValidationError for a hook that is misspelt or has the wrong arguments.

    With PILOTHOUSE_TRACE_HOOKS=1 in the environment every call of a hook is told on stderr.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(GatewaySpecs)
    if os.environ.get("PILOTHOUSE_TRACE_HOOKS") == "1":
        manager.trace.root.setwriter(sys.stderr.write)
        manager.enable_tracing()
    manager.load_setuptools_entrypoints(PROJECT)
    # pluggy calls what was registered last first: the built-ins come last, in reverse, so that theirs are tried first.
    for name in reversed(BUILT_IN):
        manager.register(import_module(name), name)
    manager.check_pending()
    return manager
