"""Text of the system as D-Bus strings."""

import os


def unicode(text: str) -> str:
    """`text`, in which what is no UTF-8 or a D-Bus string cannot hold is replaced."""
    return os.fsencode(text).decode(errors="replace").replace("\0", "\ufffd")
