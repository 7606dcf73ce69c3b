"""The `pilothouse` command: a table of subcommands, each in a module that is imported when it is asked for."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple


class Subcommand(NamedTuple):
    """A module with `add_arguments(parser)` and `run(options) -> exit status`."""

    module: str
    summary: str


SUBCOMMANDS = {
    "serve": Subcommand("ws_gateway.serve", "run the console on this machine"),
    "login-url": Subcommand("ws_gateway.login_url", "print a fresh login link of the console that runs"),
    "plugin": Subcommand("ws_gateway.plugin_command.command", "make, check, list and install plugins"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a subcommand; its exit status."""
    parser = argparse.ArgumentParser(prog="pilothouse", description="A web console for this machine.")
    subparsers = parser.add_subparsers(dest="subcommand", required=True)
    for name, subcommand in SUBCOMMANDS.items():
        subparser = subparsers.add_parser(name, help=subcommand.summary, description=subcommand.summary)
        import_module(subcommand.module).add_arguments(subparser)
    options = parser.parse_args(arguments)
    try:
        status: int = import_module(SUBCOMMANDS[options.subcommand].module).run(options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return status


if __name__ == "__main__":
    sys.exit(main())
