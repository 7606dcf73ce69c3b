"""The subcommands of `pilothouse plugin`: a table, each in a module that is imported when it is asked for."""

import argparse
from importlib import import_module

SUBCOMMANDS = {
    "check": ("ws_gateway.plugin_command.check", "say everything that is wrong with plugins"),
    "list": ("ws_gateway.plugin_command.listing", "show which plugins there are, where from, and which are hidden"),
    "new": ("ws_gateway.plugin_command.new", "make a plugin that works, with a test"),
    "install": ("ws_gateway.plugin_command.install", "install a plugin's distribution beside the program"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `plugin` and its subcommands."""
    subparsers = parser.add_subparsers(dest="plugin_subcommand", required=True)
    for name, (module, summary) in SUBCOMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        import_module(module).add_arguments(subparser)


def run(options: argparse.Namespace) -> int:
    """Runs a subcommand; its exit status."""
    module, _ = SUBCOMMANDS[options.plugin_subcommand]
    status: int = import_module(module).run(options)
    return status
