"""libvirt's errors as problems. The numbers are virErrorNumber's, of libvirt/virterror.h: part of its stable API."""

from typing import Any

from bridge.protocol import Problem
from plugins.machines.provider import Kind

_PROBLEMS = {
    3: "not-supported",  # NO_SUPPORT
    4: "unknown-host",  # UNKNOWN_HOST
    5: "no-host",  # NO_CONNECT
    6: "disconnected",  # INVALID_CONN
    29: "access-denied",  # OPERATION_DENIED
    39: "disconnected",  # RPC
    42: "not-found",  # NO_DOMAIN
    43: "not-found",  # NO_NETWORK
    45: "access-denied",  # AUTH_FAILED
    49: "not-found",  # NO_STORAGE_POOL
    50: "not-found",  # NO_STORAGE_VOL
    53: "not-found",  # NO_NODE_DEVICE
    55: "change-conflict",  # OPERATION_INVALID: not in the state that it takes
    66: "not-found",  # NO_SECRET
    67: "not-supported",  # CONFIG_UNSUPPORTED
    68: "timeout",  # OPERATION_TIMEOUT
    72: "not-found",  # NO_DOMAIN_SNAPSHOT
    74: "not-supported",  # ARGUMENT_UNSUPPORTED
    78: "terminated",  # OPERATION_ABORTED
    79: "access-denied",  # AUTH_CANCELLED
    84: "not-supported",  # OPERATION_UNSUPPORTED
    86: "timeout",  # AGENT_UNRESPONSIVE
    87: "change-conflict",  # RESOURCE_BUSY
    88: "access-denied",  # ACCESS_DENIED
    94: "access-denied",  # AUTH_UNAVAILABLE
}
"""Every other number, OPERATION_FAILED (9) and INTERNAL_ERROR (1) among them, is `internal-error`."""

NO_SUPPORT = 3
NO_DOMAIN = 42
OPERATION_INVALID = 55
NOT_FOUND = frozenset(code for code, word in _PROBLEMS.items() if word == "not-found")
"""How libvirt says that an object is not there."""
UNSUPPORTED = frozenset({NO_SUPPORT, 8, 74, 84})
"""How drivers refuse a call, or a flag of it, that they do not know; INVALID_ARG (8) among them."""

_SYSTEM_ERROR = 38
_REFUSED = ("permission denied", "operation not permitted")
_ABSENT = ("no such file or directory", "connection refused")


def as_problem(code: int, domain: int, message: str, *, alive: bool = True) -> Problem:
    """The problem that tells of an error: libvirt's sentence, and `libvirt` {code, domain, message} as extra.

    `alive` is False where the connection turned out to be broken: then that is the problem, whatever the call said.
    """
    sentence = message.strip() or f"libvirt reports error {code}"
    problem = _word(code, sentence) if alive else "disconnected"
    return Problem(problem, sentence, libvirt={"code": code, "domain": domain, "message": message})


def _word(code: int, message: str) -> str:
    if code != _SYSTEM_ERROR:
        return _PROBLEMS.get(code, "internal-error")
    # The errno is lost on the way; its text stands at the end, in C's locale since nothing in the bridge sets another.
    lowered = message.lower()
    if lowered.endswith(_REFUSED):
        return "access-denied"
    if lowered.endswith(_ABSENT):
        return "no-host"
    return "internal-error"


_NOUNS = {
    Kind.DOMAIN: "virtual machine with the UUID",
    Kind.POOL: "storage pool with the UUID",
    Kind.NETWORK: "network with the UUID",
    Kind.VOLUME: "volume",
    Kind.DEVICE: "device",
}


def gone(kind: Kind, key: str, **extra: Any) -> Problem:
    """The problem `not-found` of the object that has this key; `key` is in its extra."""
    return Problem("not-found", f"There is no {_NOUNS[kind]} {key}", key=key, **extra)


def missing(problem: Problem, kind: Kind | None, key: str) -> Problem:
    """`problem`, or `gone` where it says that the object addressed is not there."""
    if kind is None or "key" in problem.extra or problem.extra.get("libvirt", {}).get("code") != _ABSENT_CODES[kind]:
        return problem
    return gone(kind, key, **problem.extra)


_ABSENT_CODES = {Kind.DOMAIN: NO_DOMAIN, Kind.NETWORK: 43, Kind.POOL: 49, Kind.VOLUME: 50, Kind.DEVICE: 53}

_SENTENCES = {
    "unsupported flags (": 8,
    "Domain is already active": 55,
    "failed to get domain ": 42,
    "failed to get network ": 43,
    "failed to get pool ": 49,
    "failed to get vol ": 50,
}
"""How a call without a code of its own begins: virsh's sentences for a look-up, and libvirt's for a flag."""

_BEGINNINGS = {
    1: "internal error",
    3: "this function is not supported by the connection driver",
    6: "invalid connection pointer in",
    8: "invalid argument",
    9: "operation failed",
    27: "XML error",
    29: "operation forbidden",
    42: "Domain not found",
    43: "Network not found",
    45: "authentication failed",
    49: "Storage pool not found",
    50: "Storage volume not found",
    53: "Node device not found",
    55: "Requested operation is not valid",
    66: "Secret not found",
    67: "unsupported configuration",
    68: "Timed out during operation",
    72: "Domain snapshot not found",
    74: "argument unsupported",
    77: "revert requires force",
    78: "operation aborted",
    79: "authentication cancelled",
    80: "metadata not found",
    84: "Operation not supported",
    86: "Guest agent is not responding",
    87: "resource busy",
    88: "access denied",
    92: "XML document failed to validate against schema",
    94: "authentication unavailable",
    99: "device not found",
}
"""How libvirt begins the sentence of an error, in the C locale (virErrorMsg of libvirt/virerror.c)."""


def from_sentence(message: str, *, opening: bool = False) -> Problem:
    """The problem where only libvirt's sentence came, as from virsh and libvirt-dbus: its beginning tells the code.

    The domain is lost on that way, and 0 (VIR_FROM_NONE); a sentence with an unknown beginning has the code 0.
    While `opening`, a connection that broke is libvirt's refusal and no loss.
    """
    sentence = message.strip()
    code = next((number for text, number in _SENTENCES.items() if sentence.startswith(text)), 0)
    if not code:
        beginning = sentence.partition(": ")[0]
        code = next((number for number, text in _BEGINNINGS.items() if beginning == text), 0)
    if not code and sentence.lower().endswith((*_REFUSED, *_ABSENT)):
        code = _SYSTEM_ERROR
    alive = opening or not sentence.endswith(_BROKEN)
    return as_problem(code, 0, sentence, alive=alive)


_BROKEN = ("client socket is closed", "Broken pipe", "End of file while reading data: Input/output error")
"""How a call ends whose connection broke."""
