"""`pilothouse plugin check DIR…`: every mistake at once, and what would be right."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ws_gateway.logs.log import printable
from ws_gateway.terminal import say

if TYPE_CHECKING:
    from manifests.checks import Findings

LINE_MAX = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `plugin check`."""
    parser.add_argument("folders", metavar="DIR", nargs="+", type=Path, help="a folder with a manifest.json")


def run(options: argparse.Namespace) -> int:
    """Prints what is wrong; 1 if anything is."""
    from manifests.checks import check_plugin

    found = {folder: check_plugin(folder) for folder in options.folders}
    for folder, findings in found.items():
        _print(folder, findings)
    return int(any(findings.mistakes for findings in found.values()))


def _print(folder: Path, findings: "Findings") -> None:
    count = len(findings.mistakes)
    verdict = "good" if not count else "1 mistake" if count == 1 else f"{count} mistakes"
    say(f"{folder}: {verdict}")
    for mistake in findings.mistakes:
        say(f"  {printable(mistake, LINE_MAX)}")
    for hint in findings.hints:
        say(f"  (hint) {printable(hint, LINE_MAX)}")
