"""What this machine is called. Its name can be any 64 bytes: whoever is root sets it, and nobody checks."""

import os
import socket

from ws_gateway.logs.log import printable


def host_name() -> str:
    """As people may read it; never empty."""
    return printable(os.fsencode(socket.gethostname()).decode("utf-8", "replace")) or "localhost"


def full_name() -> str:
    """With its domain, as far as a look-up tells it; empty for a name that nothing can be looked up by."""
    try:
        return socket.getfqdn(socket.gethostname())
    except UnicodeError:  # a label without or with too many characters, bytes that are none
        return ""
