"""Real PAM, with services of our own: no file of this machine is touched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ws_gateway.system.pam import Item, Message, Pam, PamError, Style, wipe

Serve = Callable[[str], Path]


class Person:
    """Answers whatever is asked, and keeps what was said."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.heard: list[Message] = []
        self.given: list[bytearray] = []

    def __call__(self, message: Message) -> bytearray | None:
        self.heard.append(message)
        if message.style in (Style.ERROR, Style.INFO):
            return None
        self.given.append(bytearray(self.answers.pop(0).encode()))
        return self.given[-1]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Writes a PAM service `test`; the folder it is in."""

    def write(rules: str) -> Path:
        lines = [f"{kind} required pam_permit.so" for kind in ("auth", "account", "password", "session")]
        own = {line.split()[0] for line in rules.splitlines()}
        (tmp_path / "test").write_text(rules + "\n" + "\n".join(x for x in lines if x.split()[0] not in own) + "\n")
        return tmp_path

    return write


def test_a_whole_life_of_a_login(serve: Serve) -> None:
    pam = Pam("test", "somebody", Person(), serve(""))
    pam.set_item(Item.RHOST, "192.0.2.1")
    pam.set_item(Item.TTY, "web")
    pam.authenticate()
    assert pam.check_account()
    pam.establish_credentials()
    pam.put_environment("COLOUR", "blau = grün")
    pam.open_session()
    assert pam.user == "somebody"
    assert pam.environment() == {"COLOUR": "blau = grün"}
    pam.close_session()
    pam.close()
    pam.close()


def test_who_is_denied_gets_a_sentence(serve: Serve) -> None:
    pam = Pam("test", "somebody", Person(), serve("auth required pam_deny.so\naccount required pam_deny.so"))
    with pytest.raises(PamError, match=r"\w+") as caught:
        pam.authenticate()
    assert caught.value.number == 7
    with pytest.raises(PamError):
        pam.check_account()
    pam.close()


def test_a_secret_is_asked_for_handed_over_and_wiped(serve: Serve, tmp_path: Path) -> None:
    rules = f"auth required pam_exec.so expose_authtok quiet /bin/dd of={tmp_path}/got status=none"
    person = Person("pässword")
    pam = Pam("test", "somebody", person, serve(rules))
    pam.authenticate()
    pam.close()
    assert [message.style for message in person.heard] == [Style.SECRET]
    assert (tmp_path / "got").read_bytes().rstrip(b"\0").decode() == "pässword"
    assert set(person.given[0]) == {0}


def test_modules_hear_where_the_login_comes_from(serve: Serve, tmp_path: Path) -> None:
    program = tmp_path / "tell"
    program.write_text("#!/usr/bin/python3\nimport os\nprint(os.environ['PAM_RHOST'], os.environ['PAM_TTY'])\n")
    program.chmod(0o755)
    person = Person()
    pam = Pam("test", "somebody", person, serve(f"auth required pam_exec.so stdout quiet {program}"))
    pam.set_item(Item.RHOST, "192.0.2.1")
    pam.set_item(Item.TTY, "web")
    pam.authenticate()
    pam.close()
    assert person.heard == [Message(Style.INFO, "192.0.2.1 web")]


def test_texts_of_several_messages_come_as_they_are(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "text").write_text('a "quote"\n\x1b[31m and ümlaut')
    person = Person()
    pam = Pam("test", "somebody", person, serve(f"auth required pam_echo.so file={tmp_path}/text"))
    pam.authenticate()
    pam.close()
    assert person.heard == [Message(Style.INFO, 'a "quote"\n\x1b[31m and ümlaut')]


def test_what_the_conversation_raises_comes_out_of_the_step(serve: Serve) -> None:
    def gone(_message: Message) -> bytearray | None:
        raise ConnectionError("nobody is there")

    rules = "auth required pam_exec.so expose_authtok quiet /bin/true"
    pam = Pam("test", "somebody", gone, serve(rules))
    with pytest.raises(ConnectionError, match="nobody is there"):
        pam.authenticate()
    pam.close()


@pytest.mark.parametrize("answer", ["x" * 512, "a\0b"])
def test_an_answer_that_pam_cannot_take(serve: Serve, answer: str) -> None:
    pam = Pam("test", "somebody", Person(answer), serve("auth required pam_exec.so expose_authtok quiet /bin/true"))
    with pytest.raises(PamError, match="cannot be given"):
        pam.authenticate()
    pam.close()


def test_a_name_with_a_nul_never_gets_to_pam(serve: Serve) -> None:
    with pytest.raises(PamError, match="NUL"):
        Pam("test", "root\0x", Person(), serve(""))


def test_an_unknown_user_and_no_delay(serve: Serve) -> None:
    pam = Pam("test", "pilothouse-nobody-has-this-name", Person("guess"), serve("auth required pam_unix.so"))
    pam.own_delay()
    with pytest.raises(PamError):
        pam.authenticate()
    pam.close()


def test_nologin_says_why(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "nologin").write_text("The machine is being repaired.\n")
    person = Person()
    pam = Pam("test", "daemon", person, serve(f"account required pam_nologin.so file={tmp_path}/nologin"))
    with pytest.raises(PamError):
        pam.check_account()
    pam.close()
    assert person.heard == [Message(Style.ERROR, "The machine is being repaired.\n")]


def test_wiping() -> None:
    secret = bytearray(b"secret")
    wipe(secret)
    assert secret == bytes(6)
