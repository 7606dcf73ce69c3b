"""libvirt's errors as problems. The numbers are virErrorNumber's, of libvirt/virterror.h: part of its stable API."""

from bridge.protocol import Problem

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
NO_DOMAIN_METADATA = 80
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
