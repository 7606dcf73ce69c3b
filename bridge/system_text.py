"""Text of the system's, which may hold any bytes, as text that JSON and D-Bus can hold."""

import grp
import os


def unicode(text: str) -> str:
    """`text`, in which what is no UTF-8 or a D-Bus string cannot hold is replaced."""
    return os.fsencode(text).decode(errors="replace").replace("\0", "\ufffd")


def group_name(gid: int) -> str:
    """The name of a group, and the number of one without a name. It asks the name services, which may take time."""
    try:
        return unicode(grp.getgrgid(gid).gr_name)
    except KeyError:
        return str(gid)
