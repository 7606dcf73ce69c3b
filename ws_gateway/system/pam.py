"""PAM (pam(3)) through ctypes: one handle from the first question to the end of the session."""

import ctypes
import enum
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TEXT_MAX = 8 * 1024
"""Bytes of a module's text that are shown."""
MESSAGES_MAX = 32
"""Messages of one call of the conversation (PAM_MAX_NUM_MSG)."""
ANSWER_MAX = 512
"""Bytes of an answer with its final NUL (PAM_MAX_RESP_SIZE)."""
ENVIRONMENT_MAX = 1024
"""Variables that modules may set."""

SUCCESS = 0
PERM_DENIED = 6
NEW_AUTHTOK_REQD = 12
CONV_ERR = 19
_BUF_ERR = 5
_DISALLOW_NULL_AUTHTOK = 0x1
_CHANGE_EXPIRED_AUTHTOK = 0x20
_ESTABLISH_CRED = 0x2
_DELETE_CRED = 0x4


class Item(enum.IntEnum):
    """What modules are told about a login (pam_set_item(3))."""

    USER = 2
    TTY = 3
    RHOST = 4
    FAIL_DELAY = 10


class Style(enum.IntEnum):
    """What kind of message a module has (pam_conv(3))."""

    SECRET = 1
    QUESTION = 2
    ERROR = 3
    INFO = 4


class Message(NamedTuple):
    """One message of a module: SECRET and QUESTION want an answer."""

    style: Style
    text: str


class PamError(Exception):
    """What PAM refused: its number, and its sentence about it."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number
        self.text = text


Converse = Callable[[Message], bytearray | None]
"""Shows a message; the answer, if it wants one. The answer is wiped when PAM has it. What it raises ends the step."""


def wipe(secret: bytearray) -> None:
    """Overwrites a secret in its place."""
    secret[:] = bytes(len(secret))


class _Message(ctypes.Structure):
    _fields_ = (("style", ctypes.c_int), ("text", ctypes.c_char_p))


class _Response(ctypes.Structure):
    _fields_ = (("text", ctypes.c_void_p), ("code", ctypes.c_int))


_CONV = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(_Message)),
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)
_DELAY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = (("conv", _CONV), ("data", ctypes.c_void_p))


_no_delay = _DELAY(lambda _status, _microseconds, _data: None)


class Pam:
    """One login. Steps raise PamError when PAM refuses, and whatever the conversation raised. Must be closed."""

    def __init__(self, service: str, user: str, converse: Converse, folder: Path | None = None) -> None:
        """`folder`: where the service's file is, in place of the system's."""
        self._library, self._libc = _load()
        self._converse = converse
        self._raised: BaseException | None = None
        self._status = SUCCESS
        self._handle = ctypes.c_void_p()
        self._conversation = _Conversation(_CONV(self._answer), None)
        arguments: list[Any] = [_text(service), _text(user), ctypes.byref(self._conversation)]
        if folder is None:
            status = self._library.pam_start(*arguments, ctypes.byref(self._handle))
        else:
            place = _text(str(folder))
            status = self._library.pam_start_confdir(*arguments, place, ctypes.byref(self._handle))
        if status != SUCCESS:
            raise PamError(status, f"PAM cannot be started for the service {service}")

    def own_delay(self) -> None:
        """Keeps PAM from waiting after a failure: the caller does, whatever the failure was."""
        self._call("pam_set_item", int(Item.FAIL_DELAY), ctypes.cast(_no_delay, ctypes.c_void_p))

    def set_item(self, item: Item, value: str) -> None:
        """Tells modules something about the login."""
        self._call("pam_set_item", int(item), _text(value))

    @property
    def user(self) -> str:
        """The user's name, which a module may have changed."""
        value = ctypes.c_void_p()
        self._call("pam_get_item", int(Item.USER), ctypes.byref(value))
        name = ctypes.string_at(value.value) if value.value else b""
        return name.decode("utf-8", "surrogateescape")

    def authenticate(self) -> None:
        """Who is it? An empty password never will do."""
        self._call("pam_authenticate", _DISALLOW_NULL_AUTHTOK)

    def check_account(self) -> bool:
        """May they log in? False: not before they changed their password (`change_expired_password`)."""
        try:
            self._call("pam_acct_mgmt", _DISALLOW_NULL_AUTHTOK)
        except PamError as error:
            if error.number == NEW_AUTHTOK_REQD:
                return False
            raise
        return True

    def change_expired_password(self) -> None:
        """Asks for a new password until one is good, as often as the modules allow."""
        self._call("pam_chauthtok", _CHANGE_EXPIRED_AUTHTOK)

    def establish_credentials(self) -> None:
        """Supplementary groups, tickets and the like, for this process."""
        self._call("pam_setcred", _ESTABLISH_CRED)

    def put_environment(self, name: str, value: str) -> None:
        """Adds to what `environment` answers, for modules to see."""
        self._call("pam_putenv", _text(f"{name}={value}"))

    def open_session(self) -> None:
        """The session begins."""
        self._call("pam_open_session", 0)

    def close_session(self) -> None:
        """The session is over; its credentials go as well."""
        self._call("pam_close_session", 0)
        with suppress(PamError):
            self._call("pam_setcred", _DELETE_CRED)

    def environment(self) -> dict[str, str]:
        """What modules want to be in the user's environment."""
        found: dict[str, str] = {}
        entries = self._library.pam_getenvlist(self._handle)
        if not entries:
            return found
        for index in range(ENVIRONMENT_MAX):
            if not (entry := entries[index]):
                break
            name, _, value = ctypes.string_at(entry).decode("utf-8", "surrogateescape").partition("=")
            found[name] = value
            self._libc.free(entry)
        self._libc.free(ctypes.cast(entries, ctypes.c_void_p))
        return found

    def close(self) -> None:
        """Ends it; modules forget what they knew."""
        if self._handle.value:
            self._library.pam_end(self._handle, self._status)
            self._handle = ctypes.c_void_p()

    def _call(self, function: str, *arguments: Any) -> None:
        self._status = getattr(self._library, function)(self._handle, *arguments)
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised
        if self._status != SUCCESS:
            sentence: bytes = self._library.pam_strerror(self._handle, self._status) or b""
            raise PamError(self._status, sentence.decode("utf-8", "replace"))

    def _answer(self, count: int, messages: Any, responses: Any, _data: object) -> int:
        """The conversation function: PAM frees the answers, so that they are in its own memory."""
        if not 0 < count <= MESSAGES_MAX:
            return CONV_ERR
        block = self._libc.calloc(count, ctypes.sizeof(_Response))
        if not block:
            return _BUF_ERR
        answers = (_Response * count).from_address(block)
        try:
            for index in range(count):
                answers[index].text = self._ask(messages[index].contents)
        # An exception must not run through C; the step's caller gets it.
        except BaseException as exc:
            self._raised = exc
            self._discard(answers, block)
            return CONV_ERR
        responses[0] = block
        return SUCCESS

    def _ask(self, message: _Message) -> int | None:
        text = (message.text or b"")[:TEXT_MAX].decode("utf-8", "replace")
        answer = self._converse(Message(Style(message.style), text))
        if message.style not in (Style.SECRET, Style.QUESTION):
            return None
        if answer is None or len(answer) >= ANSWER_MAX or 0 in answer:
            raise PamError(CONV_ERR, "the answer cannot be given to PAM")
        copy: int | None = self._libc.calloc(1, len(answer) + 1)
        if copy and answer:
            ctypes.memmove(copy, (ctypes.c_char * len(answer)).from_buffer(answer), len(answer))
        wipe(answer)
        return copy

    def _discard(self, answers: ctypes.Array[_Response], block: int) -> None:
        for answer in answers:
            if answer.text:
                ctypes.memset(answer.text, 0, self._libc.strlen(answer.text))
                self._libc.free(answer.text)
        self._libc.free(block)


def _text(value: str) -> bytes:
    if "\0" in value:
        raise PamError(PERM_DENIED, "a text for PAM holds a NUL")
    return value.encode("utf-8", "surrogateescape")


@cache
def _load() -> tuple[Any, Any]:
    """libpam and the C library, their functions declared. OSError where there is no PAM."""
    library, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL(None)
    libc.calloc.restype = ctypes.c_void_p
    libc.calloc.argtypes = (ctypes.c_size_t, ctypes.c_size_t)
    libc.free.restype = None
    libc.free.argtypes = (ctypes.c_void_p,)
    libc.strlen.restype = ctypes.c_size_t
    libc.strlen.argtypes = (ctypes.c_void_p,)
    library.pam_strerror.restype = ctypes.c_char_p
    library.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_void_p)
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    for name, arguments in {
        "pam_set_item": (handle, ctypes.c_int, ctypes.c_void_p),
        "pam_get_item": (handle, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)),
        "pam_putenv": (handle, text),
        "pam_getenvlist": (handle,),
        "pam_end": (handle, ctypes.c_int),
        "pam_strerror": (handle, ctypes.c_int),
    }.items():
        getattr(library, name).argtypes = arguments
    for name in ("authenticate", "acct_mgmt", "chauthtok", "setcred", "open_session", "close_session"):
        getattr(library, f"pam_{name}").argtypes = (handle, ctypes.c_int)
    return library, libc
