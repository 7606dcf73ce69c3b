import pytest

from ws_gateway.terminal import complain, hint, say


def test_what_was_asked_for_is_on_stdout_and_all_else_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("a link")
    hint("a hint")
    assert complain("it is broken") == 1
    captured = capsys.readouterr()
    assert captured.out == "a link\n"
    assert captured.err == "a hint\npilothouse: it is broken\n"
