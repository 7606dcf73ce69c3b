"""libvirt's events, brought from its own thread to the event loop.

libvirt has one event loop implementation for a whole process, chosen before the first connection opens and never taken
back. Ours is libvirt's default one in a daemon thread: it costs nothing while nothing happens, and unlike one that runs
inside asyncio it keeps connections alive while the event loop is busy.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import libvirt

from plugins.machines.provider import Kind, Listener

_EVENTS = (
    libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
    libvirt.VIR_DOMAIN_EVENT_ID_REBOOT,
    libvirt.VIR_DOMAIN_EVENT_ID_CONTROL_ERROR,
    libvirt.VIR_DOMAIN_EVENT_ID_PMWAKEUP,
    libvirt.VIR_DOMAIN_EVENT_ID_PMSUSPEND,
    libvirt.VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK,
    libvirt.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE,
    libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
    libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
    libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
    libvirt.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
)
"""What can change a domain's row."""

_OTHER_EVENTS = (
    ("networkEvent", libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, Kind.NETWORK),
    ("storagePoolEvent", libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, Kind.POOL),
    ("storagePoolEvent", libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH, Kind.POOL),
    ("nodeDeviceEvent", libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, Kind.DEVICE),
    ("nodeDeviceEvent", libvirt.VIR_NODE_DEVICE_EVENT_ID_UPDATE, Kind.DEVICE),
)
"""The other kinds have few objects: that any of them changed is enough to know."""

_CLOSE_REASONS = {
    libvirt.VIR_CONNECT_CLOSE_REASON_ERROR: "The connection to libvirt failed",
    libvirt.VIR_CONNECT_CLOSE_REASON_EOF: "libvirt ended the connection",
    libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "libvirt did not answer any more",
}

_starting = threading.Lock()
_thread: threading.Thread | None = None


def run_event_loop() -> None:
    """Have libvirt's event loop run; the first call starts it. Must come before any connection is opened."""
    global _thread
    with _starting:
        if _thread is not None:
            return
        # Without a handler libvirt prints every error; they are raised as well, so nothing is lost.
        libvirt.registerErrorHandler(lambda _context, _error: None, None)
        libvirt.virEventRegisterDefaultImpl()
        _thread = threading.Thread(target=_run, name="libvirt-events", daemon=True)
        _thread.start()


def _run() -> None:
    while True:
        with suppress(libvirt.libvirtError):
            libvirt.virEventRunDefaultImpl()


class Subscription:
    """The events of one connection, told to a listener on the event loop until `cancel`."""

    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._listener: Listener | None = listener
        self._loop = loop
        self._callbacks: list[tuple[str, int]] = []
        self._lock = threading.Lock()
        self._changed: set[tuple[Kind, str]] = set()
        self._has_close_callback = False

    def start(self, connection: Any) -> None:
        """Register with libvirt; blocks. What the driver cannot tell is left to the slow resync."""
        for event in _EVENTS:
            self._register(connection, "domainEvent", event, Kind.DOMAIN)
        for family, event, kind in _OTHER_EVENTS:
            self._register(connection, family, event, kind)
        with suppress(libvirt.libvirtError):
            connection.registerCloseCallback(self._on_close, None)
            self._has_close_callback = True

    def _register(self, connection: Any, family: str, event: int, kind: Kind) -> None:
        with suppress(libvirt.libvirtError):
            callback = getattr(connection, f"{family}RegisterAny")(None, event, self._on_event, kind)
            self._callbacks.append((family, callback))

    def silence(self) -> None:
        """The listener is not called any more; may be called on the event loop only, does not block."""
        self._listener = None

    def cancel(self, connection: Any) -> None:
        """Take back what `start` registered; blocks. Needed on a broken connection too: callbacks hold it open."""
        for family, callback in self._callbacks:
            with suppress(libvirt.libvirtError):
                getattr(connection, f"{family}DeregisterAny")(callback)
        if self._has_close_callback:
            with suppress(libvirt.libvirtError):
                connection.unregisterCloseCallback()

    def _on_event(self, _connection: Any, changed: Any, *details: Any) -> None:
        kind: Kind = details[-1]
        with self._lock:
            first = not self._changed
            self._changed.add((kind, changed.UUIDString() if kind is Kind.DOMAIN else ""))
        if first:
            self._on_loop(self._tell_changes)

    def _on_close(self, _connection: Any, reason: int, _opaque: Any) -> None:
        self._on_loop(lambda: self._tell_close(_CLOSE_REASONS.get(reason, "The connection to libvirt was closed")))

    def _on_loop(self, callback: Callable[[], None]) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def _tell_changes(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, set()
        for kind, key in changed:
            if self._listener is not None:
                self._listener.changed(kind, key)

    def _tell_close(self, reason: str) -> None:
        if self._listener is not None:
            self._listener.closed(reason)
            self._listener = None
