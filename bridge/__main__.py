"""`pilothouse-bridge`, also `python -m bridge`."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.packages import Packages


def main() -> int:
    """Speak the protocol on stdio; see USAGE."""
    arguments = sys.argv[1:]
    match arguments:
        case []:
            return _serve()
        case ["--privileged"]:
            return _serve(privileged=True)
        case ["--backend", name]:
            return _serve_backend(name)
        case ["--backend", name, "--privileged"]:
            return _serve_backend(name, privileged=True)
        case ["--packages"]:
            return _print_packages()
        case ["--plugins"]:
            return _print_plugins()
        case ["--bridges"]:
            return _print_bridges()
        case ["--version"]:
            return _print_version()
    sys.stderr.write(USAGE)
    return 0 if arguments == ["--help"] else 2


USAGE = """\
usage: pilothouse-bridge [--privileged | --packages | --plugins | --bridges | --version | --backend NAME]

Without an option: speak the channel protocol on stdin and stdout, as the user who runs it.

  --privileged    as the superuser bridge: take plugins from folders only that nobody but root can write to
  --packages      list the packages of this host with their folders
  --plugins       say all there is to say about the plugins of this host, as JSON
  --bridges       list the other programs that manifests name, as JSON
  --backend NAME  speak the protocol as the back end of the plugin NAME
  --version       print the version and the protocol's version
"""


def _serve(*, privileged: bool = False) -> int:
    from bridge.bridge import Bridge, run
    from bridge.plugins import BUILT_IN_CHANNELS, installed_hooks

    _complete_environment()
    _log_to_stderr()
    return run(Bridge(os.environ, BUILT_IN_CHANNELS, installed_hooks, packages=not privileged, privileged=privileged))


def _complete_environment() -> None:
    """What every login has set is set for our children also where whoever started us did not (environ(7))."""
    if all(os.environ.get(name) for name in ("HOME", "SHELL", "USER")):
        return
    import pwd

    try:
        user = pwd.getpwuid(os.getuid())
    except KeyError:
        return
    for name, value in (("HOME", user.pw_dir), ("SHELL", user.pw_shell), ("USER", user.pw_name)):
        os.environ[name] = os.environ.get(name) or value


def _serve_backend(name: str, *, privileged: bool = False) -> int:
    from bridge.backend import backend_bridge
    from bridge.bridge import run
    from bridge.protocol import Problem

    _log_to_stderr()
    try:
        return run(backend_bridge(name, os.environ, privileged=privileged))
    except Problem as problem:
        sys.stderr.write(f"pilothouse-bridge: {problem.message}\n")
        return 1


def _print_packages() -> int:
    for name, package in sorted(_packages().packages.items()):
        sys.stdout.write(f"{name:24} {package.directory}\n")
    return 0


def _print_plugins() -> int:
    import json

    sys.stdout.write(json.dumps(_packages().report(), indent=2) + "\n")
    return 0


def _print_bridges() -> int:
    import dataclasses
    import json

    from bridge.peers.bridge_configs import in_order

    found = [
        {"package": package.name, **dataclasses.asdict(config)}
        for package, config in in_order(_packages().packages.values())
    ]
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0


def _packages() -> "Packages":
    from bridge.packages import Packages
    from bridge.plugins import installed_folders

    return Packages(os.environ, extra=installed_folders())


def _print_version() -> int:
    from bridge.bridge import VERSION

    sys.stdout.write(f"Version: {VERSION}\nProtocol: 1\n")
    return 0


def _log_to_stderr() -> None:
    import logging

    level = "DEBUG" if os.environ.get("PILOTHOUSE_DEBUG") else "WARNING"
    logging.basicConfig(level=level, format="%(name)s: %(message)s", stream=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
