"""`pilothouse login-url`: a fresh login link from the instance that runs."""

import argparse
import getpass
import os

from bridge.protocol import JsonObject
from ws_gateway.control import ask_instances
from ws_gateway.links import tunnel_command
from ws_gateway.terminal import complain, hint, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `login-url`."""
    parser.add_argument("--port", type=int, help="of the instance, if several run")


def run(options: argparse.Namespace) -> int:
    """Prints the link alone on stdout; the exit status."""
    found = ask_instances(os.environ, options.port)
    if not found:
        where = f" on port {options.port}" if options.port is not None else ""
        return complain(f"no console of this user runs{where}; start one with: pilothouse serve")
    if len(found) > 1:
        ports = ", ".join(map(str, sorted(found)))
        return complain(f"several consoles run, on the ports {ports}; choose one with --port")
    return _print(next(iter(found.values())))


def _print(answer: JsonObject) -> int:
    match answer:
        case {"link": str(link), "address": str(address), "port": int(port)}:
            say(link)
        case _:
            return complain("the console that runs gave an answer that is not understood; it may be another version")
    tunnel = tunnel_command(address, port, os.environ, getpass.getuser())
    if tunnel is not None:
        hint(f"From the machine you came from, first run: {tunnel}")
    return 0
