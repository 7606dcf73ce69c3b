"""GSSAPI (RFC 2743, RFC 4178) through ctypes: the side that takes a Kerberos ticket, and no other mechanism.

As a program, `python -I -m ws_gateway.system.gss KEYTAB` says by its exit status whether tickets can be taken here.
"""

import ctypes
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = "libgssapi_krb5.so.2"
SERVICE = b"HTTP"
"""Tickets for this service are taken, whatever the host's name is in them that the keytab has a key for."""
NAME_MAX = 1024
"""Bytes of a name that is made of a ticket."""
STATUS_LINES_MAX = 8
"""Sentences about what went wrong."""

_CONTINUE_NEEDED = 1
_ACCEPT, _INITIATE = 2, 1
_DELEGATED, _ANONYMOUS = 0x1, 0x40
_BY_MAJOR, _BY_MINOR = 1, 2
_ERRORS = 0xFFFF0000


class GssError(Exception):
    """What the library refused, as a sentence for the log."""


class _Buffer(ctypes.Structure):
    _fields_ = (("length", ctypes.c_size_t), ("value", ctypes.c_void_p))


class _Oid(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint32), ("elements", ctypes.c_char_p))


class _OidSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_size_t), ("elements", ctypes.POINTER(_Oid)))


class _Setting(ctypes.Structure):
    _fields_ = (("key", ctypes.c_char_p), ("value", ctypes.c_char_p))


class _Store(ctypes.Structure):
    _fields_ = (("count", ctypes.c_uint32), ("elements", ctypes.POINTER(_Setting)))


def _oid(text: str) -> _Oid:
    return _Oid(len(content := bytes.fromhex(text)), content)


_KRB5 = _oid("2a864886f712010202")
_SPNEGO = _oid("2b0601050502")
_SERVICE_NAME = _oid("2a864886f71201020104")


class Acceptor:
    """One negotiation with somebody who has a ticket. Whatever is refused raises GssError. Must be closed."""

    def __init__(self, keytab: Path) -> None:
        """`keytab`: the file with the keys of this machine."""
        self._library = _load()
        self._credentials = ctypes.c_void_p()
        self._context = ctypes.c_void_p()
        self._name = ctypes.c_void_p()
        self._delegated = ctypes.c_void_p()
        service = ctypes.c_void_p()
        text = _Buffer(len(SERVICE), ctypes.cast(ctypes.c_char_p(SERVICE), ctypes.c_void_p))
        try:
            self._call("import_name", ctypes.byref(text), ctypes.byref(_SERVICE_NAME), ctypes.byref(service))
            self._acquire(service, keytab)
        except BaseException:
            self.close()
            raise
        finally:
            self._release("name", service)

    def _acquire(self, service: ctypes.c_void_p, keytab: Path) -> None:
        """Kerberos alone, by itself or within SPNEGO: whatever other mechanisms are installed stay out of it."""
        both = _OidSet(2, (_Oid * 2)(_KRB5, _SPNEGO))
        store = _store(b"keytab", b"FILE:" + bytes(keytab))
        acquired = ctypes.byref(self._credentials)
        self._call(
            "acquire_cred_from", service, 0, ctypes.byref(both), _ACCEPT, ctypes.byref(store), acquired, None, None
        )
        self._call("set_neg_mechs", self._credentials, ctypes.byref(_OidSet(1, ctypes.pointer(_KRB5))))

    def step(self, token: bytes) -> tuple[bytes, bool]:
        """What the other side said; what to answer, and whether it is known now who they are."""
        given = ctypes.create_string_buffer(token, len(token))
        said = _Buffer(len(token), ctypes.cast(given, ctypes.c_void_p))
        answer, flags = _Buffer(), ctypes.c_uint32()
        self._release("name", self._name)
        self._release("cred", self._delegated)
        try:
            major = self._call(
                *("accept_sec_context", ctypes.byref(self._context), self._credentials, ctypes.byref(said), None),
                *(ctypes.byref(self._name), None, ctypes.byref(answer), ctypes.byref(flags), None),
                ctypes.byref(self._delegated),
            )
            if flags.value & _ANONYMOUS:
                raise GssError("the ticket is nobody's")
            return _bytes(answer), not major & _CONTINUE_NEEDED
        finally:
            self._release("buffer", answer)

    @property
    def principal(self) -> str:
        """Who they are, as Kerberos writes it; for the log."""
        shown = _Buffer()
        self._call("display_name", self._name, ctypes.byref(shown), None)
        try:
            return _bytes(shown)[:NAME_MAX].decode("utf-8", "replace")
        finally:
            self._release("buffer", shown)

    @property
    def user(self) -> str:
        """The user of this machine that they are, as krb5.conf(5) says (`auth_to_local`); GssError if they are none."""
        name = _Buffer()
        self._call("localname", self._name, ctypes.byref(_KRB5), ctypes.byref(name))
        try:
            text = _bytes(name)
        finally:
            self._release("buffer", name)
        if not 0 < len(text) <= NAME_MAX or b"\0" in text:
            raise GssError("the name of the user cannot be one")
        return text.decode("utf-8", "surrogateescape")

    @property
    def is_delegated(self) -> bool:
        """Whether they gave their ticket along, to be used on their behalf."""
        return bool(self._delegated.value)

    def store(self, cache: str) -> None:
        """Writes the ticket that was given along to a new cache (`FILE:…`), with the rights of this moment."""
        store = _store(b"ccache", cache.encode())
        into = (self._delegated, _INITIATE, ctypes.byref(_KRB5), 1, 0, ctypes.byref(store), None, None)
        self._call("store_cred_into", *into)

    def close(self) -> None:
        """Forgets everything. Safe to call twice."""
        for kind, handle in (("cred", self._delegated), ("name", self._name), ("cred", self._credentials)):
            self._release(kind, handle)
        if self._context.value:
            self._library.gss_delete_sec_context(ctypes.byref(ctypes.c_uint32()), ctypes.byref(self._context), None)

    def _release(self, kind: str, what: ctypes.c_void_p | _Buffer) -> None:
        if what.value:
            getattr(self._library, f"gss_release_{kind}")(ctypes.byref(ctypes.c_uint32()), ctypes.byref(what))

    def _call(self, function: str, *arguments: Any) -> int:
        minor = ctypes.c_uint32()
        major: int = getattr(self._library, f"gss_{function}")(ctypes.byref(minor), *arguments)
        if major & _ERRORS:
            raise GssError(self._describe(major, minor.value))
        return major

    def _describe(self, major: int, minor: int) -> str:
        sentences = []
        for code, kind in ((major, _BY_MAJOR), (minor, _BY_MINOR)):
            more = ctypes.c_uint32()
            for _ in range(STATUS_LINES_MAX if code else 0):
                text = _Buffer()
                self._library.gss_display_status(
                    ctypes.byref(ctypes.c_uint32()),
                    code,
                    kind,
                    ctypes.byref(_KRB5),
                    ctypes.byref(more),
                    ctypes.byref(text),
                )
                sentences.append(_bytes(text).decode("utf-8", "replace"))
                self._release("buffer", text)
                if not more.value:
                    break
        return ": ".join(sentences)


def _store(key: bytes, value: bytes) -> _Store:
    return _Store(1, ctypes.pointer(_Setting(key, value)))


def _bytes(buffer: _Buffer) -> bytes:
    return ctypes.string_at(buffer.value, buffer.length) if buffer.value else b""


@cache
def _load() -> Any:
    """The library, its functions declared. GssError where there is none, or none that is new enough."""
    number, pointer = ctypes.c_uint32, ctypes.c_void_p
    library: Any
    try:
        library = ctypes.CDLL(LIBRARY)
        for name, arguments in {
            "import_name": (pointer,) * 3,
            "acquire_cred_from": (pointer, number, pointer, ctypes.c_int, *(pointer,) * 4),
            "set_neg_mechs": (pointer,) * 2,
            "accept_sec_context": (pointer,) * 10,
            "display_name": (pointer,) * 3,
            "localname": (pointer,) * 3,
            "store_cred_into": (pointer, ctypes.c_int, pointer, number, number, *(pointer,) * 3),
            "display_status": (number, ctypes.c_int, *(pointer,) * 3),
            "delete_sec_context": (pointer,) * 2,
            **{f"release_{kind}": (pointer,) for kind in ("buffer", "name", "cred")},
        }.items():
            function = getattr(library, f"gss_{name}")
            function.restype, function.argtypes = number, (pointer, *arguments)
    except (OSError, AttributeError) as exc:
        raise GssError(f"{LIBRARY} cannot be used: {exc}") from None
    return library


def main() -> int:
    """0 where tickets can be taken; else a line on stderr says why not."""
    try:
        Acceptor(Path(sys.argv[1])).close()
    except GssError as error:
        with suppress(OSError):
            sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
