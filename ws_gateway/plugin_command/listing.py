"""`pilothouse plugin list`: where every plugin comes from, who shadows whom, and why one is hidden.

The bridge says it, because it is the bridge that finds plugins: with the user's rights and in the user's environment.
"""

import argparse
import json
import subprocess

from bridge.protocol import JsonObject
from ws_gateway.logs.log import printable
from ws_gateway.settings import OUR_BRIDGE
from ws_gateway.terminal import complain, say

ANSWERS_WITHIN = 30.0
LINE_MAX = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `plugin list`."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> int:
    """Prints the list; the exit status."""
    try:
        done = subprocess.run(
            [*OUR_BRIDGE, "--plugins"], stdout=subprocess.PIPE, timeout=ANSWERS_WITHIN, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError) as exc:
        return complain(f"the bridge does not say which plugins there are: {exc}")
    if options.json:
        say(done.stdout.rstrip())
    else:
        for line in _lines(json.loads(done.stdout)):
            say(printable(line, LINE_MAX))
    return 0


def _lines(report: JsonObject) -> list[str]:
    lines = []
    for plugin in report["plugins"]:
        lines.append(f"{plugin['name']:20} {plugin['version'] or '-':10} {plugin['origin']:9} {plugin['folder']}")
        lines.extend(
            f"    shadows the {other['origin']} plugin in {other['folder']} "
            f"(priority {other['priority']:g}, this one's is {plugin['priority']:g})"
            for other in plugin["shadows"]
        )
    if report["refused"]:
        lines += ["", "Not shown:"]
        lines += [f"    {refused['folder']} {refused['reason']}" for refused in _by_fault(report["refused"])]
    if report["warnings"]:
        lines += ["", "Warnings:", *(f"    {warning}" for warning in report["warnings"])]
    return lines


def _by_fault(refused: list[JsonObject]) -> list[JsonObject]:
    """What is wrong with a plugin before what is only not for this machine."""
    return sorted(refused, key=lambda each: not each["fault"])
