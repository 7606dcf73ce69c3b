"""What the command says to the person at the terminal."""

import sys


def say(line: str) -> None:
    """What was asked for, at once also where stdout is a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(sentence: str) -> int:
    """What is wrong; the exit status that goes with it."""
    hint(f"pilothouse: {sentence}")
    return 1


def hint(line: str) -> None:
    """What helps, but is not what was asked for."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
