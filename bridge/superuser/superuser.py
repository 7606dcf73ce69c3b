"""The superuser bridge: a peer with root's rights, started when the user asks for it (reference 3.4).

It is the only peer that channels reach by asking for it, with `superuser`, and no channel that does not ask reaches it.
"""

import asyncio
import os
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from bridge.protocol import JsonObject, Problem
from bridge.router import Endpoint, Router
from bridge.superuser.frozen import Freezer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.peers.peer import Peer
    from bridge.superuser.candidates import Candidate
    from bridge.superuser.start import Prompt, SuperuserStart

ANSWER_MAX = 300.0
"""Seconds that somebody has to answer a question."""
NONE, STARTING, ROOT = "none", "init", "root"
"""What `current` is without one, while one starts, and where the bridge itself has root's rights."""


def _nobody(*_: str) -> None:
    pass


class Superuser:
    """The superuser bridge of one bridge, of which there is at most one, and the rule for its channels."""

    def __init__(self, router: Router, *, privileged: bool) -> None:
        self.current = ROOT if privileged or os.geteuid() == 0 else NONE
        """One of the words above, or the name of the one that runs."""
        self.changed: Callable[..., None] = _nobody
        """Called with the names of properties (`Current`, `Bridges`, `Methods`) that have changed."""
        self.is_reported = False
        """Whether the gateway, for its audit log, wants to know each time that the session has other rights."""
        self._router = router
        self._candidates: dict[str, Candidate] | None = None
        self._finding = asyncio.Lock()
        self._frozen = Freezer(router)
        self._start: SuperuserStart | None = None
        self._running: tuple[Candidate, Peer] | None = None
        self._is_closed = False

    def __call__(self, message: JsonObject) -> Endpoint | None:
        """The rule: only channels that ask for root's rights; those that only `try` do without them where need be."""
        wanted = message.get("superuser")
        if wanted not in (None, False, True, "try", "require") or type(wanted) not in (type(None), bool, str):
            raise Problem("protocol-error", f"attribute 'superuser': invalid value {wanted!r:.60}")
        if not wanted or self.current == ROOT:
            return None
        if self.current == STARTING:
            return self._frozen.channel(message)
        if self._running:
            return self._running[1].channel(message)
        if wanted == "try":
            return None
        raise Problem("access-denied", "this needs administrative rights, which this session does not have")

    # Which there are

    @property
    def bridges(self) -> list[str]:
        """The names that `start` takes, as of the last `find_bridges`."""
        return list(self._candidates or ())

    @property
    def labels(self) -> list[str]:
        """The names that are meant for people."""
        return [candidate.name for candidate in (self._candidates or {}).values() if candidate.is_labelled]

    async def find_bridges(self) -> "dict[str, Candidate]":
        """Look which ways to root's rights this machine has; remembered until `reload`."""
        async with self._finding:
            if self._candidates is None:
                context = self._router.context
                from bridge.superuser.candidates import find_candidates

                found = await find_candidates(context.packages.packages.values(), context.environ, context.grace)
                self._candidates = {}
                for candidate in found:
                    self._candidates.setdefault(candidate.name, candidate)
            return self._candidates

    def reload(self) -> None:
        """The manifests were read anew: a bridge that none names any more ends."""
        self._candidates = None
        self._router.spawn(self._reload())

    async def _reload(self) -> None:
        candidates = await self.find_bridges()
        self.changed("Bridges", "Methods")
        if self._running and self._running[0] not in candidates.values():
            await self.stop()

    async def _find(self, name: str) -> "Candidate":
        candidates = await self.find_bridges()
        candidate = next(iter(candidates.values()), None) if name == "any" else candidates.get(name)
        if candidate is None:
            raise Problem("not-found", f'Unknown superuser bridge type "{name}"')
        return candidate

    # Start and stop

    async def start(self, name: str, prompt: "Prompt") -> None:
        """Start the bridge `name`, or with `any` the first; Problem with what it said when it does not start.

        Meanwhile questions go to `prompt`. A cancelled caller stops it.
        """
        self._check_is_free()
        candidate = await self._find(name)
        self._check_is_free()
        self._set_current(STARTING)
        await self._run(candidate, prompt, ANSWER_MAX)

    def start_at_init(self, name: str, prompt: "Prompt", patience: float) -> Coroutine[Any, Any, None]:
        """As `start`, but from now on channels wait, while `start` takes its time until it is awaited."""
        if self.current != NONE:
            return asyncio.sleep(0)
        self._set_current(STARTING)
        return self._start_at_init(name, prompt, patience)

    async def _start_at_init(self, name: str, prompt: "Prompt", patience: float) -> None:
        try:
            candidate = await self._find(name)
        except BaseException:
            self._settle(NONE)
            raise
        await self._run(candidate, prompt, patience)

    def _check_is_free(self) -> None:
        if self.current != NONE:
            raise Problem("in-use", "Superuser bridge already running")

    async def _run(self, candidate: "Candidate", prompt: "Prompt", patience: float) -> None:
        from bridge.superuser.start import SuperuserStart

        if self._is_closed:
            self._settle(NONE)
            raise Problem("terminated", "the bridge ends")
        start = self._start = SuperuserStart(self._router, candidate, prompt, patience, self._ended)
        try:
            peer = await start.run()
        except BaseException:
            self._start = None
            self._settle(NONE)
            raise
        self._start = None
        self._running = candidate, peer
        self._settle(candidate.name)

    def answer(self, answer: str) -> None:
        """Answer the question that `prompt` was told; empty: there is no answer. Without a question nothing happens."""
        if self._start:
            self._start.answer(answer)

    async def stop(self) -> None:
        """End the bridge, or its start; its channels close `terminated`."""
        if self._start:
            self._start.cancel()
        elif self._running:
            _, peer = self._running
            self._running = None
            peer.stop(Problem("terminated"))
            self._settle(NONE)

    def close(self) -> None:
        """The bridge itself ends."""
        self._is_closed = True
        if self._start:
            self._start.cancel()
        if self._running:
            self._running[1].stop(Problem("terminated"))

    def _ended(self, peer: "Peer") -> None:
        if self._running and self._running[1] is peer:
            self._running = None
            self._settle(NONE)

    def _settle(self, current: str) -> None:
        self._set_current(current)
        self._frozen.thaw()

    def _set_current(self, current: str) -> None:
        if current != self.current:
            self.current = current
            if self.is_reported and current != STARTING:
                self._router.send_control({"command": "superuser-changed", "current": current})
            self.changed("Current")
