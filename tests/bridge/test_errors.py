"""Exceptions become problems."""

import errno
import logging

import pytest

from bridge.errors import problem_of
from bridge.protocol import Problem


@pytest.mark.parametrize(
    ("exc", "code"),
    [
        (FileNotFoundError(errno.ENOENT, "x"), "not-found"),
        (PermissionError(errno.EACCES, "x"), "access-denied"),
        (OSError(errno.EIO, "x"), "internal-error"),
        (TimeoutError(errno.ETIMEDOUT, "x"), "timeout"),
        (ExceptionGroup("x", [Problem("too-large"), OSError()]), "too-large"),
    ],
)
def test_the_table(exc: Exception, code: str) -> None:
    assert problem_of(exc, "it").code == code


def test_a_problem_stays_itself() -> None:
    problem = Problem("timeout", "x")
    assert problem_of(problem, "it") is problem


def test_what_nobody_foresaw_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        problem = problem_of(KeyError("secret"), "the x channel")
    assert (problem.code, problem.message) == ("internal-error", "the x channel failed: KeyError")
    assert "secret" in caplog.text
