"""libvirt's event loop in the process of the tests, which keeps its thread and its descriptors."""

import threading
from functools import cache

import libvirt

from plugins.machines.providers.libvirt_events import run_event_loop


@cache
def run() -> None:
    """Starts it, if it does not run, and waits for its first turn: by then it has all that it keeps."""
    run_event_loop()
    turned = threading.Event()

    def turn(timer: int, _opaque: object) -> None:
        libvirt.virEventRemoveTimeout(timer)
        turned.set()

    libvirt.virEventAddTimeout(0, turn, None)
    assert turned.wait(30), "libvirt's event loop does not turn"
