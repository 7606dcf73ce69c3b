"""The list of what the gateway is made of: built-ins first, then what entry points name."""

import logging
import os
import sys
from importlib import import_module
from importlib.metadata import entry_points

import pluggy

from ws_gateway.hookspecs import PROJECT, GatewaySpecs
from ws_gateway.logs.log import printable

BUILT_IN = (
    "ws_gateway.auth.bearer",
    "ws_gateway.auth.login_handler",
    "ws_gateway.system.login_backends",
    "ws_gateway.sockets.websocket",
    "ws_gateway.pages.diagnosis",
    "ws_gateway.pages.metrics_page",
    "ws_gateway.channels.external_socket",
    "ws_gateway.channels.external",
    "ws_gateway.pages.resources",
    "ws_gateway.pages.public_files",
    "ws_gateway.pages.shell_page",
)
"""Modules with hooks, in the order in which their routes are tried."""

_log = logging.getLogger(__name__)


def load_plugins() -> pluggy.PluginManager:
    """All hooks, registered. PluginValidationError for a hook that is misspelt or has the wrong arguments.

    With PILOTHOUSE_TRACE_HOOKS=1 in the environment every call of a hook is told on stderr.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(GatewaySpecs)
    if os.environ.get("PILOTHOUSE_TRACE_HOOKS") == "1":
        manager.trace.root.setwriter(sys.stderr.write)
        manager.enable_tracing()
    load_entry_points(manager)
    # pluggy calls what was registered last first: the built-ins come last, in reverse, so that theirs are tried first.
    for name in reversed(BUILT_IN):
        manager.register(import_module(name), name)
    manager.check_pending()
    return manager


def load_entry_points(manager: pluggy.PluginManager) -> None:
    """Registers the modules of installed distributions; one that cannot be imported is left out with a line in the log.

    What is wrong with a hook is an error at start all the same: it would not do what its author meant.
    """
    for point in sorted(entry_points(group=PROJECT), key=lambda point: point.name):
        try:
            module = point.load()
        except (Exception, SystemExit) as exc:
            reason = printable(f"{type(exc).__name__}: {exc}", 200)
            _log.warning("the installed plugin %s is left out: %s", printable(point.value), reason)
        else:
            manager.register(module, point.name)
