"""What libvirt calls the partitions that are the volumes of a disk; no I/O."""

import re
from collections.abc import Collection

_NUMBERED = re.compile(r"(.*?)([1-9][0-9]{0,3})", re.DOTALL)


def next_partition(device: str, taken: Collection[str]) -> str:
    """The only name that libvirt accepts for a new one, where those in `taken` are there; empty where nobody can tell.

    With another name libvirt makes the partition all the same and says only then that it refuses.
    """
    stem = device.rpartition("/")[2]
    if device.startswith("/dev/disk/") or not stem:
        # A link: what it leads to is known where it lies.
        return ""
    stem += "p" * stem[-1].isdigit()
    found = [_NUMBERED.fullmatch(name) for name in taken]
    used = {int(match[2]) for match in found if match is not None and match[1] == stem}
    return f"{stem}{next(number for number in range(1, len(used) + 2) if number not in used)}"
