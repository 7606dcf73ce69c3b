"""Which channels there are: the built-in ones, and those of installed plugins and of a back end.

A built-in channel is found in a table and imported when it is first opened; pluggy is imported only where something is
installed that has hooks. So a bridge that nobody extended answers as fast as the interpreter starts.
"""

import importlib
import logging
import os
import sys
from typing import TYPE_CHECKING, cast

from bridge.protocol import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pluggy

    from bridge.channel import Channel

log = logging.getLogger(__name__)

BUILT_IN_CHANNELS = {
    "dbus-json3": "bridge.channels.dbus_json3:DbusChannel",
    "echo": "bridge.channels.echo:EchoChannel",
    "fsinfo": "bridge.channels.fsinfo:FileInfoChannel",
    "fslist1": "bridge.channels.fslist1:FileListChannel",
    "fsread1": "bridge.channels.fsread1:FileReadChannel",
    "fsreplace1": "bridge.channels.fsreplace1:FileReplaceChannel",
    "fswatch1": "bridge.channels.fswatch1:FileWatchChannel",
    "http-stream1": "bridge.channels.http_stream1:HttpStreamChannel",
    "http-stream2": "bridge.channels.http_stream2:HttpStream2Channel",
    "info": "bridge.channels.info:InfoChannel",
    "metrics1": "bridge.channels.metrics1:MetricsChannel",
    "null": "bridge.channels.null:NullChannel",
    "packet": "bridge.channels.packet:PacketChannel",
    "reload1": "bridge.channels.reload1:ReloadChannel",
    "session-control": "bridge.channels.session_control:SessionControlChannel",
    "stream": "bridge.channels.stream:StreamChannel",
    "websocket-stream1": "bridge.channels.websocket_stream1:WebSocketChannel",
}
"""Payload to class."""

CAPABILITIES = {"fsreplace1": ("attrs",), "stream": ("spawn", "unix", "port")}
"""What built-in channels can do, as their classes say, for who asks without opening one: importing all takes long."""

TRACE_HOOKS = "PILOTHOUSE_TRACE_HOOKS"
ENTRY_POINTS = "pilothouse.bridge"
_ENTRY_POINTS_MAX = 256 * 1024


class ChannelTable:
    """Payload to channel class."""

    def __init__(self, built_in: dict[str, str]) -> None:
        self._named = dict(built_in)
        self._classes: dict[str, type[Channel]] = {}

    def add(self, channels: "Iterable[type[Channel]]", owner: str) -> None:
        """Add the channels of a plugin; Problem `protocol-error` for a payload that is taken."""
        for channel in channels:
            if channel.payload in self._named or channel.payload in self._classes:
                raise Problem("protocol-error", f"{owner}: the payload {channel.payload!r} is taken")
            self._classes[channel.payload] = channel

    def find(self, payload: str) -> "type[Channel] | None":
        """The class of `payload`, imported now if need be; None for an unknown one."""
        channel = self._classes.get(payload)
        if channel is None and payload in self._named:
            module, _, name = self._named[payload].partition(":")
            channel = self._classes[payload] = getattr(importlib.import_module(module), name)
        return channel

    def capabilities(self) -> dict[str, list[str]]:
        """Every payload with what its channel declares that it can do."""
        declared = {payload: CAPABILITIES.get(payload, ()) for payload in self._named}
        declared |= {payload: channel.capabilities for payload, channel in self._classes.items()}
        return {payload: list(declared[payload]) for payload in sorted(declared)}


def installed_hooks() -> "pluggy.PluginManager | None":
    """The plugins of installed distributions; None where none is, which is found out without importing anything.

    Problem `internal-error` for a hook that does not exist: a misspelt name must not be a silent one.
    """
    if not is_declared(ENTRY_POINTS):
        return None
    manager = new_manager()
    load_entry_points(manager)
    check(manager)
    return manager


def load_entry_points(manager: "pluggy.PluginManager") -> None:
    """Register the modules of installed distributions; one that cannot be imported is left out with a warning."""
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            manager.register(point.load(), name=point.name)
        except (Exception, SystemExit) as exc:
            log.warning("the installed plugin %s is left out: %s: %s", point.value, type(exc).__name__, exc)


def new_manager() -> "pluggy.PluginManager":
    """A plugin manager that knows the bridge's hooks and has no plugin yet.

    With PILOTHOUSE_TRACE_HOOKS=1 in the environment every call of a hook is told on stderr.
    """
    import pluggy

    from bridge import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    if os.environ.get(TRACE_HOOKS) == "1":
        manager.trace.root.setwriter(sys.stderr.write)
        manager.enable_tracing()
    return manager


def check(manager: "pluggy.PluginManager") -> None:
    """Let the plugins declare hooks of their own, then refuse what implements none; Problem `internal-error`."""
    import pluggy

    manager.hook.add_hooks(manager=manager)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as exc:
        raise Problem("internal-error", f"a plugin implements a hook that does not exist: {exc}") from None


def channels_of(manager: "pluggy.PluginManager") -> "list[type[Channel]]":
    """The channel classes of all plugins of `manager`."""
    return [channel for some in manager.hook.channels() for channel in cast("Iterable[type[Channel]]", some)]


def package_folders_of(manager: "pluggy.PluginManager") -> list[str]:
    """The package folders that all plugins of `manager` bring."""
    return [
        os.fspath(folder).rstrip("/") for some in manager.hook.packages() for folder in cast("Iterable[Path]", some)
    ]


def installed_folders() -> list[str]:
    """The package folders that installed distributions bring."""
    installed = installed_hooks()
    return package_folders_of(installed) if installed else []


def is_declared(group: str) -> bool:
    """Whether an installed distribution has entry points of this group, found out without importing anything."""
    return any(_declares(folder, group) for folder in sys.path if folder)


def _declares(folder: str, group: str) -> bool:
    """Whether one that is installed in `folder` has them (entry points specification, packaging)."""
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".dist-info")]
    except OSError:
        return False
    return any(_names(f"{folder}/{name}/entry_points.txt", group) for name in names)


def _names(file: str, group: str) -> bool:
    try:
        with open(file, "rb") as stream:
            return f"[{group}]".encode() in stream.read(_ENTRY_POINTS_MAX)
    except OSError:
        return False
