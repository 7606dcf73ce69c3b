"""`/LoginMessages`: what the login had to say: the last login, failed attempts, a password that ends soon."""

import logging
import os
import stat
from collections.abc import Mapping
from typing import ClassVar

from bridge.internal.objects import InternalObject, Method
from bridge.protocol import Problem, decode_json

log = logging.getLogger(__name__)

DESCRIPTOR = "COCKPIT_LOGIN_MESSAGES_MEMFD"
"""The variable with the number of the descriptor that the session helper left us the messages on."""
_MESSAGES_MAX = 256 * 1024


class LoginMessages(InternalObject):
    """`Get` gives them as a JSON object; once dismissed, or where there are none, it is empty."""

    path = "/LoginMessages"
    interface = "cockpit.LoginMessages"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._messages = read_messages(environ)

    async def _get(self) -> str:
        return self._messages

    async def _dismiss(self) -> None:
        self._messages = "{}"

    methods: ClassVar = {"Get": Method("", "s", _get), "Dismiss": Method("", "", _dismiss)}


def read_messages(environ: Mapping[str, str]) -> str:
    """The JSON object that the descriptor holds; an empty one where there is none, or it holds anything else."""
    number = environ.get(DESCRIPTOR, "")
    if not number.isdecimal() or len(number) > 5:
        return "{}"
    try:
        if not stat.S_ISREG(os.fstat(int(number)).st_mode):
            raise Problem("protocol-error", "is not a memfd")
        content = os.pread(int(number), _MESSAGES_MAX, 0)
        if type(decode_json(content)) is not dict:
            raise Problem("protocol-error", "does not hold a JSON object")
    except (OSError, Problem) as exc:
        log.warning("%s is not used: %s", DESCRIPTOR, exc)
        return "{}"
    return content.decode()
