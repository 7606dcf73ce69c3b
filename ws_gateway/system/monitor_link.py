"""What the monitor tells the gateway: one message per packet of a socket, with descriptors beside it.

    monitor   {"start": {…settings…}}            with the listening sockets, and the certificate where there is TLS
    gateway   {"ready": true}                    it serves
    monitor   {"reload": {…settings…}}           with the certificate likewise; both to be used from now on

The socket's end is each side's sign that the other is gone.
"""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

from bridge.protocol import JsonObject, Problem, decode_json, encode_json
from ws_gateway.settings import Settings, SystemSettings

MESSAGE_MAX = 160 * 1024
"""Bytes of a message."""
DESCRIPTORS_MAX = 16
"""Descriptors beside a message."""


def make_link() -> tuple[socket.socket, socket.socket]:
    """The monitor's end and the gateway's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(link: socket.socket, message: JsonObject, descriptors: Sequence[int] = ()) -> None:
    """Sends a message. OSError when the other side is gone."""
    socket.send_fds(link, [encode_json(message)], list(descriptors))


def receive(link: socket.socket) -> tuple[JsonObject, list[int]] | None:
    """The next message and its descriptors, which the caller owns; None when the other side is gone."""
    content, descriptors, _flags, _address = socket.recv_fds(link, MESSAGE_MAX, DESCRIPTORS_MAX)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    if not content:
        return None
    message = decode_json(content)
    if not isinstance(message, dict):
        raise Problem("protocol-error", "the monitor said something else than expected")
    return message, descriptors


def describe(settings: Settings, system: SystemSettings) -> JsonObject:
    """The settings of system mode, for `parse`."""
    return {
        "address": settings.address,
        "port": settings.port,
        "static": str(settings.static),
        "helper_socket": str(system.helper_socket),
        "tls": system.tls,
        "sections": system.sections,
        "authority": system.authority,
        "keytab": str(system.keytab or ""),
        "metrics_token": system.metrics_token,
    }


def parse(described: JsonObject) -> Settings:
    """What `describe` was given."""
    return Settings(
        address=described["address"],
        port=described["port"],
        static=Path(described["static"]),
        system=SystemSettings(
            helper_socket=Path(described["helper_socket"]),
            tls=described["tls"],
            sections=described["sections"],
            authority=described["authority"],
            keytab=Path(described["keytab"]) if described["keytab"] else None,
            metrics_token=described["metrics_token"],
        ),
    )
