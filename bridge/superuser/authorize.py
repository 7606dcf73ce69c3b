"""Root's rights from the start of a session: `init` asks for them, the password is the one of the login (1.6, 3.4)."""

import contextlib
import logging
import os
import pwd
from collections.abc import Coroutine
from typing import Any

from bridge.protocol import JsonObject, Problem
from bridge.router import Router
from bridge.superuser.superuser import Superuser

log = logging.getLogger(__name__)

ANSWER_MAX = 30.0
"""Seconds that the gateway has to answer `authorize`."""
PASSWORD_MAX = 4096


class Authorize:
    """Starts the superuser bridge that `init` names, and has the gateway answer its first question.

    A second question means that the answer was wrong; it is not answered, so one login costs one attempt. Whatever
    comes of it, `superuser-init-done` is sent in the end: the gateway keeps the password until then.
    """

    def __init__(self, router: Router, superuser: Superuser) -> None:
        self._router = router
        self._superuser = superuser
        self._cookie: str | None = None
        self._was_asked = False

    def start(self, wanted: object) -> None:
        """`wanted` is what `init` has for `superuser`: false or nothing, or `{"id": name}`."""
        if wanted in (None, False):
            return
        name = wanted.get("id") if type(wanted) is dict else None
        starting = self._superuser.start_at_init(name if type(name) is str else "", self._asked, ANSWER_MAX)
        self._router.spawn(self._wait(starting))

    async def _wait(self, starting: Coroutine[Any, Any, None]) -> None:
        try:
            await starting
        except Problem as problem:
            log.warning("no superuser bridge: %s", problem.message)
        finally:
            self._cookie = None
            self._router.send_control({"command": "superuser-init-done"})

    def _asked(self, question: str, said: str) -> None:
        if self._was_asked:
            self._superuser.answer("")
            return
        self._was_asked = True
        self._cookie = os.urandom(16).hex()
        challenge = f"plain1:{_user_name().encode().hex()}"
        self._router.send_control({"command": "authorize", "cookie": self._cookie, "challenge": challenge})

    def answered(self, message: JsonObject) -> None:
        """The `authorize` message of the gateway; one that answers no question of ours is ignored."""
        response = message.get("response")
        if self._cookie is None or message.get("cookie") != self._cookie:
            return
        self._cookie = None
        is_password = type(response) is str and len(response) <= PASSWORD_MAX
        self._superuser.answer(response if is_password and type(response) is str else "")


def _user_name() -> str:
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())
