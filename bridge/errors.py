"""How exceptions become problems: one table and one function for every channel and rule."""

import errno
import logging

from bridge.protocol import Problem

log = logging.getLogger(__name__)

PROBLEMS = {
    errno.ENOENT: "not-found",
    errno.ENOTDIR: "not-found",
    errno.ECONNREFUSED: "not-found",
    errno.EACCES: "access-denied",
    errno.EPERM: "access-denied",
    errno.EROFS: "access-denied",
    errno.ETIMEDOUT: "timeout",
    errno.EFBIG: "too-large",
    errno.E2BIG: "too-large",
    errno.ECONNRESET: "terminated",
    errno.EPIPE: "terminated",
}


def problem_of(exc: Exception, what: str) -> Problem:
    """The problem that `exc` is; one that nobody foresaw is logged with `what` failed, and told without its inside."""
    match exc:
        case Problem():
            return exc
        case ExceptionGroup():
            return problem_of(exc.exceptions[0], what)
        case OSError():
            return Problem(PROBLEMS.get(exc.errno or 0, "internal-error"), str(exc))
        case _:
            log.error("%s failed", what, exc_info=exc)
            return Problem("internal-error", f"{what} failed: {type(exc).__name__}")
