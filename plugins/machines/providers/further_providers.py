"""The providers that installed distributions bring, by the hooks of `plugins.machines.hookspecs`."""

import logging
from functools import lru_cache

import pluggy

from bridge.plugins import is_declared
from plugins.machines import hookspecs
from plugins.machines.hookspecs import PROJECT, Opening

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def installed() -> pluggy.PluginManager:
    """Everything installed, looked for once. What cannot be imported is left out with a warning.

    PluginValidationError for a hook that does not exist.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    if not is_declared(PROJECT):
        return manager
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=PROJECT), key=lambda point: point.name):
        try:
            manager.register(point.load(), name=point.name)
        except pluggy.PluginValidationError:
            raise
        except Exception:
            log.warning("%s cannot be loaded", point.value, exc_info=True)
    manager.check_pending()
    return manager


def further_provider(uri: str) -> Opening | None:
    """What opens `uri`, where a distribution says that it does."""
    opening: Opening | None = installed().hook.machines_provider(uri=uri)
    return opening
