"""`authorize`: one question, one answer, and always an end. The whole way is in test_superuser.py."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bridge.protocol import Problem
from bridge.superuser.authorize import Authorize


class Session:
    """A router that notes what is sent, and a superuser bridge that asks as often as it likes."""

    def __init__(self, questions: int) -> None:
        self.sent: list[Any] = []
        self.answers: list[str] = []
        self.questions = questions
        self.tasks: list[asyncio.Task[None]] = []
        self.done = asyncio.Event()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    def send_control(self, message: Any) -> None:
        self.sent.append(message)

    async def start_at_init(self, name: str, asked: Callable[[str, str], None], patience: float) -> None:
        for _ in range(self.questions):
            asked("password?", "")
        await self.done.wait()
        raise Problem("access-denied", "no")

    def answer(self, answer: str) -> None:
        self.answers.append(answer)


def begin(session: Session) -> Authorize:
    authorize = Authorize(session, session)  # type: ignore[arg-type]
    authorize.start({"id": "any"})
    return authorize


async def test_the_second_question_is_not_passed_on() -> None:
    session = Session(3)
    begin(session)
    await asyncio.sleep(0)
    assert [message["command"] for message in session.sent] == ["authorize"]
    assert session.answers == ["", ""]
    session.done.set()
    await asyncio.gather(*session.tasks)
    assert session.sent[-1] == {"command": "superuser-init-done"}


async def test_an_answer_counts_once_and_only_with_its_cookie() -> None:
    session = Session(1)
    authorize = begin(session)
    await asyncio.sleep(0)
    cookie = session.sent[0]["cookie"]
    for message in ({"response": "a"}, {"cookie": "x", "response": "b"}, {"cookie": cookie, "response": "c"}) * 2:
        authorize.answered(message)
    assert session.answers == ["c"]
    session.done.set()
    await asyncio.gather(*session.tasks)


async def test_an_answer_that_is_none_is_a_refusal() -> None:
    for response in (None, 7, [], "x" * 5000):
        session = Session(1)
        authorize = begin(session)
        await asyncio.sleep(0)
        authorize.answered({"cookie": session.sent[0]["cookie"], "response": response})
        assert session.answers == [""]
        session.done.set()
        await asyncio.gather(*session.tasks)


async def test_a_session_that_wants_none() -> None:
    session = Session(0)
    for wanted in (None, False):
        Authorize(session, session).start(wanted)  # type: ignore[arg-type]
    assert (session.sent, session.tasks) == ([], [])
