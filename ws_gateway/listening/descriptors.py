"""How many file descriptors the gateway may have: one per connection, so as many as there can be."""

import logging
import resource
from contextlib import suppress

_ORIGINAL = resource.getrlimit(resource.RLIMIT_NOFILE)

_log = logging.getLogger(__name__)


def raise_limit() -> None:
    """As many as this process is allowed."""
    hard = _ORIGINAL[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as exc:
        _log.info("the limit of open files stays as it is: %s", exc)


def restore_limit(pid: int) -> None:
    """The limit that we were started with, for a child: a user's programs may not be fit for a higher one."""
    with suppress(OSError):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, _ORIGINAL)
