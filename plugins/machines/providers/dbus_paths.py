"""The keys of objects in the paths that libvirt-dbus gives them."""


def key_of(path: str) -> str:
    """The UUID in an object's path."""
    return path.rpartition("/_")[2].replace("_", "-")


def encoded(text: str) -> str:
    """A device's name as the last part of its path."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"_{byte:02x}" for byte in text.encode())


def decoded(text: str) -> str:
    """The inverse of `encoded`."""
    first, *others = text.split("_")
    raw = first.encode() + b"".join(bytes.fromhex(part[:2]) + part[2:].encode() for part in others)
    return raw.decode(errors="replace")
