"""A browser's side of `Negotiate`, as a program: `ticket_client.py SERVICE@HOST [delegate] [dce]`.

Prints its tokens in base64, a line each, and reads the answers likewise. `dce` makes Kerberos itself take three steps.
"""

import base64
import ctypes
import sys
from typing import Any

MUTUAL, DELEGATE, DCE = 0x2, 0x1, 0x1000


class Buffer(ctypes.Structure):
    _fields_ = (("length", ctypes.c_size_t), ("value", ctypes.c_void_p))


class Oid(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint32), ("elements", ctypes.c_char_p))


def buffer(content: bytes) -> Buffer:
    return Buffer(len(content), ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p))


def oid(text: str) -> Oid:
    return Oid(len(content := bytes.fromhex(text)), content)


def main(service: str, *options: str) -> None:
    gss: Any = ctypes.CDLL("libgssapi_krb5.so.2")
    minor, context, name = ctypes.c_uint32(), ctypes.c_void_p(), ctypes.c_void_p()
    text = buffer(service.encode())
    service_name = oid("2a864886f71201020104")
    gss.gss_import_name(ctypes.byref(minor), ctypes.byref(text), ctypes.byref(service_name), ctypes.byref(name))
    mechanism = oid("2a864886f712010202" if "dce" in options else "2b0601050502")
    flags = MUTUAL | (DELEGATE if "delegate" in options else 0) | (DCE if "dce" in options else 0)
    answer = b""
    while True:
        said, token = buffer(answer), Buffer()
        major = gss.gss_init_sec_context(
            *(ctypes.byref(minor), None, ctypes.byref(context), name, ctypes.byref(mechanism), flags, 0, None),
            *(ctypes.byref(said) if answer else None, None, ctypes.byref(token), None, None),
        )
        if major & 0xFFFF0000:
            sys.exit(f"no token for {service}: {major:#x}, {minor.value}")
        print(base64.b64encode(ctypes.string_at(token.value, token.length)).decode(), flush=True)
        if not major & 1:
            return
        line = sys.stdin.readline()
        if not line:
            return
        answer = base64.b64decode(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
