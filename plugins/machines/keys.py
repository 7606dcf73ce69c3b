"""What can be the key of an object; `plugins.machines.provider` says what keys there are."""

import re

from bridge.protocol import Problem

NAME_MAX = 255
"""Characters of a volume's or a device's name."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def checked_key(kind: str, key: str) -> str:
    """A key that an object of this kind can have; Problem `protocol-error` for another."""
    pool, slash, name = key.partition("/")
    if kind in ("domain", "pool", "network") and not _UUID.fullmatch(key):
        raise Problem("protocol-error", f"attribute 'key': must be a UUID in lower case, not {key!r:.60}")
    if kind == "volume" and not (_UUID.fullmatch(pool) and slash and is_name(name)):
        raise Problem("protocol-error", f"attribute 'key': must be a pool's UUID, a slash and a name, not {key!r:.60}")
    if kind == "node_device" and not is_name(key):
        raise Problem("protocol-error", f"attribute 'key': must be a device's name, not {key!r:.60}")
    return key


def new_key() -> str:
    """A key for what is about to be made: a new UUID."""
    # It takes long to import, and nothing else here needs it.
    from uuid import uuid4

    return str(uuid4())


def is_name(text: str) -> bool:
    """Whether a volume or a device can be called so."""
    return 0 < len(text) <= NAME_MAX and "/" not in text and text.isprintable()
