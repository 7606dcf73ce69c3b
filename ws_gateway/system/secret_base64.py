"""Base64 (RFC 4648) between bytearrays: the standard library's would leave copies that cannot be wiped."""

from string import ascii_lowercase, ascii_uppercase, digits

_ALPHABET = (ascii_uppercase + ascii_lowercase + digits + "+/").encode()
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


def decode(text: bytearray) -> bytearray:
    """What `text` stands for; ValueError for what is no base64."""
    size = len(text)
    while size and text[size - 1] == ord("="):
        size -= 1
    if len(text) % 4 or len(text) - size > 2:
        raise ValueError("not base64")
    decoded = bytearray(size * 3 // 4)
    bits = count = written = 0
    for index in range(size):
        value = _VALUES.get(text[index])
        if value is None:
            raise ValueError("not base64")
        bits, count = (bits << 6 | value) & 0xFFFF, count + 6
        if count >= 8:
            count -= 8
            decoded[written] = bits >> count & 0xFF
            written += 1
    return decoded
