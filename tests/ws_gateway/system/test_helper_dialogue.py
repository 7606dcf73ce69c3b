"""The helper's questions, answered by a gateway that is a socket in this test."""

import base64
import json
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.protocol import Deframer, Problem, frame
from ws_gateway.system.helper_dialogue import FRAME_MAX, NOTES_MAX, Dialogue, Token, cut_response
from ws_gateway.system.pam import Message, Style


class Gateway:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.deframer = Deframer()

    def hear(self) -> dict[str, Any]:
        while piece := self.connection.recv(65536):
            if messages := self.deframer.feed(piece):
                (message,) = messages
                return dict(json.loads(message))
        raise EOFError("the helper has said its last")

    def say(self, **message: object) -> None:
        self.connection.sendall(frame(b"\n" + json.dumps(message, separators=(",", ":")).encode()))

    def answer(self, response: str, **more: object) -> dict[str, Any]:
        asked = self.hear()
        self.say(command="authorize", cookie=asked["cookie"], response=response, **more)
        return asked


@pytest.fixture
def ends() -> Iterator[tuple[Dialogue, Gateway]]:
    ours, theirs = socket.socketpair()
    yield Dialogue(ours), Gateway(theirs)
    signal.alarm(0)
    ours.close()
    theirs.close()


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a_dialogue(ends: tuple[Dialogue, Gateway]) -> None:
    dialogue, gateway = ends
    heard: list[dict[str, Any]] = []

    def other_side() -> None:
        heard.append(gateway.answer(basic("änna:pass:wörd\0known hosts"), **{"remote-peer": "192.0.2.1"}))
        asked = gateway.hear()
        heard.append(asked)
        number = asked["challenge"].split()[1]
        answer = base64.b64encode(b"123456").decode()
        gateway.say(command="authorize", cookie=asked["cookie"], response=f"X-Conversation {number} {answer}")

    thread = threading.Thread(target=other_side)
    thread.start()
    credentials = dialogue.credentials()
    dialogue.note(Message(Style.INFO, "Hello."))
    dialogue.note(Message(Style.ERROR, "Once more."))
    answer = dialogue.ask(Message(Style.QUESTION, "Code: "))
    thread.join()
    assert credentials == ("änna", bytearray("pass:wörd".encode()), "192.0.2.1", "known hosts")
    assert answer == b"123456"
    assert (heard[0]["command"], heard[0]["challenge"]) == ("authorize", "*")
    kind, _, prompt = heard[1]["challenge"].split()
    assert (kind, base64.b64decode(prompt)) == ("X-Conversation", b"Code: ")
    shown = {key: heard[1][key] for key in ("prompt", "message", "error", "echo")}
    assert shown == {"prompt": "Code: ", "message": "Hello.", "error": "Once more.", "echo": True}
    dialogue.refuse(Problem("authentication-failed", "No."))
    assert gateway.hear() == {"command": "init", "problem": "authentication-failed", "message": "No."}


def test_a_ticket_in_two_steps(ends: tuple[Dialogue, Gateway]) -> None:
    dialogue, gateway = ends
    heard: list[dict[str, Any]] = []

    def other_side() -> None:
        heard.append(gateway.answer("Negotiate YWJj", **{"remote-peer": "192.0.2.1"}))
        heard.append(gateway.answer("Negotiate ZGVm"))

    thread = threading.Thread(target=other_side)
    thread.start()
    assert dialogue.begin() == Token(b"abc", "192.0.2.1")
    assert dialogue.exchange(b"more") == b"def"
    thread.join()
    assert [each["challenge"] for each in heard] == ["*", "Negotiate bW9yZQ=="]


def test_a_browser_that_waits_to_be_asked(ends: tuple[Dialogue, Gateway]) -> None:
    dialogue, gateway = ends
    thread = threading.Thread(target=gateway.answer, args=("Negotiate",))
    thread.start()
    assert dialogue.begin() == Token(b"", "")
    thread.join()


def test_a_ticket_where_passwords_are_wanted(ends: tuple[Dialogue, Gateway]) -> None:
    dialogue, gateway = ends
    thread = threading.Thread(target=gateway.answer, args=("Negotiate YWJj",))
    thread.start()
    with pytest.raises(Problem, match="authentication-not-supported"):
        dialogue.credentials()
    thread.join()


def test_not_a_byte_too_many_is_read(ends: tuple[Dialogue, Gateway]) -> None:
    dialogue, gateway = ends
    thread = threading.Thread(
        target=lambda: (gateway.answer(basic("a:b")), gateway.connection.sendall(b"the bridge's"))
    )
    thread.start()
    dialogue.credentials()
    thread.join()
    assert dialogue._connection.recv(100) == b"the bridge's"


@pytest.mark.parametrize(
    "answer",
    [
        b"0\n",
        b"+5\nabcde",
        b"%d\n" % (FRAME_MAX + 1),
        b"999999999999",
        b"4\nabcd",
        frame(b'\n{"command":"authorize","cookie":"COOKIE"}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":""}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Basic"}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Basic !!!!"}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Basic YQ=="}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Basic \\u0061"}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Nonsense9 abcd"}'),
        frame(b'\n{"command":"authorize","cookie":"another","response":"Basic YTpi"}'),
        frame(b'\n{"command":"init","cookie":"COOKIE","response":"Basic YTpi"}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Basic YTpi","remote-peer":5}'),
        frame(b'\n{"command":"authorize","cookie":"COOKIE","response":"Basic YTpi"'),
    ],
)
def test_what_is_no_answer(ends: tuple[Dialogue, Gateway], answer: bytes) -> None:
    dialogue, gateway = ends

    def other_side() -> None:
        gateway.connection.sendall(answer.replace(b"COOKIE", gateway.hear()["cookie"].encode()))
        gateway.connection.shutdown(socket.SHUT_WR)

    if b"COOKIE" in answer:
        length, _, body = answer.partition(b"\n")
        answer = b"%d\n%b" % (int(length) + len("session-") + 16 - len("COOKIE"), body)
    thread = threading.Thread(target=other_side)
    thread.start()
    with pytest.raises(Problem, match=r"protocol-error|disconnected|authentication-failed"):
        dialogue.credentials()
    thread.join()


def test_nobody_answers(ends: tuple[Dialogue, Gateway], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.system.helper_dialogue.ANSWER_TIME", 1)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    with pytest.raises(Problem, match="timeout"):
        ends[0].credentials()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_the_gateway_goes(ends: tuple[Dialogue, Gateway]) -> None:
    dialogue, gateway = ends
    gateway.connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(Problem, match="disconnected"):
        dialogue.credentials()


def test_modules_that_talk_a_lot_are_cut(ends: tuple[Dialogue, Gateway]) -> None:
    for _ in range(100):
        ends[0].note(Message(Style.INFO, "x" * 1000))
    assert len(ends[0].notes(Style.INFO)) <= NOTES_MAX + 100
    assert ends[0].notes(Style.INFO) == ""


def test_the_secret_is_cut_out_of_the_message() -> None:
    message = bytearray(b'\n{"command":"authorize","response":"Basic YTpi","x":1}')
    assert cut_response(message) == b"Basic YTpi"
    assert b"YTpi" not in message
    assert json.loads(message)["x"] == 1
