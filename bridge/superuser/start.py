"""One attempt to start the superuser bridge, with the questions that it asks."""

import asyncio
from collections.abc import Callable

from bridge.peers.peer import Peer, PeerConfig
from bridge.protocol import Problem
from bridge.router import Router
from bridge.superuser.askpass import Askpass
from bridge.superuser.candidates import Candidate

START_MAX = 60.0
"""Seconds that a start may take, beside the time that questions take."""

Prompt = Callable[[str, str], None]
"""Told a question, and what the program has said on stderr since the last one; the answer comes by `answer`."""


class SuperuserStart:
    """Starts `candidate`; `ended` is called if it ends after it was up."""

    def __init__(
        self, router: Router, candidate: Candidate, prompt: Prompt, patience: float, ended: Callable[[Peer], None]
    ) -> None:
        """`patience`: seconds that there are to answer a question."""
        self._router = router
        self._candidate = candidate
        self._prompt = prompt
        self._patience = patience
        self._ended = ended
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[str] | None = None
        self._deadline: asyncio.Timeout | None = None
        self._has_ended = False
        self._peer: Peer

    async def run(self) -> Peer:
        """The peer, once it is up; Problem with what it said when it ended, `cancelled` or `timeout`."""
        try:
            async with Askpass(self._router.context.environ, self._ask) as askpass:
                self._peer = Peer(self._router, self._config(str(askpass.program)), self)
                try:
                    await self._start()
                except BaseException:
                    self._peer.stop(Problem("terminated"))
                    raise
        except OSError as exc:
            raise Problem("internal-error", f"nothing can ask for a password: {exc}") from None
        if self._has_ended:
            raise Problem("terminated", f"{self._candidate.name} ended at once")
        return self._peer

    def answer(self, answer: str) -> None:
        """Answer the question that is open; empty: there is no answer."""
        if self._answer and not self._answer.done():
            self._answer.set_result(answer)

    def cancel(self) -> None:
        """Give up."""
        self._fail(Problem("cancelled", "Operation aborted"))

    async def _start(self) -> None:
        self._peer.start()
        try:
            async with asyncio.timeout(START_MAX) as self._deadline:
                await self._up
        except TimeoutError:
            raise Problem("timeout", f"{self._candidate.name} did not start in time") from None

    def _config(self, askpass: str) -> PeerConfig:
        environ = {**dict(self._candidate.command.environ), "SUDO_ASKPASS": askpass, "SSH_ASKPASS": askpass}
        argv = self._candidate.command.argv
        # Its own bound is `START_MAX`, which does not run while somebody types.
        return PeerConfig(
            f"the superuser bridge {self._candidate.name}", argv, environ, is_hurried=False, has_stderr=True
        )

    async def _ask(self, question: str) -> str:
        assert self._deadline is not None
        if self._up.done():
            return ""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._deadline.reschedule(loop.time() + self._patience)
        self._prompt(question, self._peer.take_said())
        answer = await self._answer
        self._deadline.reschedule(loop.time() + START_MAX)
        return answer

    def _fail(self, problem: Problem) -> None:
        if not self._up.done():
            self._up.set_exception(problem)

    # For the peer

    def peer_up(self, peer: Peer) -> None:
        """It said `init`."""
        if not self._up.done():
            self._up.set_result(None)

    def peer_ended(self, peer: Peer, problem: Problem) -> None:
        """It ended, before it was up or later."""
        self._has_ended = True
        if self._up.done():
            self._ended(peer)
        else:
            self._fail(Problem(problem.code, peer.take_said() or problem.message))
