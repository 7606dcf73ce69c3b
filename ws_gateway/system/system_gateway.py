"""The gateway of system mode, `python -I -m ws_gateway.system.system_gateway`: started by the monitor, as its own user.

Its stdin is the link to the monitor (`monitor_link`), from which it gets its settings, its listening sockets and the
certificate's key. It opens nothing of root's, and ends when the monitor does.
"""

import asyncio
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ws_gateway.allocator import keep_freed_memory
from ws_gateway.http.static_files import StaticError
from ws_gateway.listening.descriptors import raise_limit
from ws_gateway.listening.listener import Listener
from ws_gateway.listening.tls_port import ask_for_certificates, load_certificate, make_context
from ws_gateway.logs.log import set_up
from ws_gateway.settings import Settings
from ws_gateway.system import monitor_link
from ws_gateway.system.hardening import forbid_core, set_dumpable
from ws_gateway.terminal import complain

if TYPE_CHECKING:
    from ws_gateway.app import Gateway

_log = logging.getLogger(__name__)


def main() -> int:
    """The exit status."""
    set_up()
    raise_limit()
    keep_freed_memory()
    forbid_core()
    link = socket.socket(fileno=os.dup(0))
    received = monitor_link.receive(link)
    if received is None:
        return complain("the monitor ended before it said what to do")
    message, descriptors = received
    settings = monitor_link.parse(message["start"])
    context = None
    if settings.system is not None and settings.system.tls:
        context = make_context(certificate := descriptors.pop())
        os.close(certificate)
    try:
        _ask_for_certificates(context, settings)
    except OSError as exc:
        return complain(f"ClientCertAuthorities cannot be used: {exc}")
    # From here on not even another process of this user can read what is in memory.
    set_dumpable(False)
    return asyncio.run(_serve(settings, [Listener(fileno=descriptor) for descriptor in descriptors], context, link))


def _ask_for_certificates(context: ssl.SSLContext | None, settings: Settings) -> None:
    if context is not None and settings.system is not None:
        config = settings.system.config
        ask_for_certificates(context, config.client_authorities if config.client_certificates else None)


async def _serve(
    settings: Settings, listeners: list[Listener], context: ssl.SSLContext | None, link: socket.socket
) -> int:
    from pluggy import PluginValidationError

    from ws_gateway.app import Gateway

    try:
        gateway = Gateway(settings)
    except (StaticError, PluginValidationError) as exc:
        for listener in listeners:
            listener.close()
        return complain(str(exc))
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    await gateway.start(list(listeners), context)
    loop.add_reader(link, _monitor_spoke, link, gateway, context, ending.set)
    monitor_link.send(link, {"ready": True})
    await ending.wait()
    loop.remove_reader(link)
    await gateway.stop()
    link.close()
    return 0


def _monitor_spoke(
    link: socket.socket, gateway: "Gateway", context: ssl.SSLContext | None, end: Callable[[], None]
) -> None:
    """New settings and a new certificate, or the monitor's end."""
    received = monitor_link.receive(link)
    if received is None:
        end()
        return
    message, descriptors = received
    # A process that cannot be looked into cannot open its own descriptors by name either.
    set_dumpable(True)
    try:
        for descriptor in descriptors:
            if context is not None:
                load_certificate(context, descriptor)
        new = monitor_link.parse(message["reload"])
        _ask_for_certificates(context, new)
        gateway.reconfigure(new)
    except (OSError, StaticError) as exc:
        _log.error("settings stay as they were: %s", exc)
    finally:
        set_dumpable(False)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())
