"""`pilothouse plugin install PATH|NAME`: a distribution goes into the environment that the program runs in."""

import argparse
import subprocess
import sys
from pathlib import Path

from ws_gateway.terminal import complain, say

GROUPS = ("pilothouse.bridge", "pilothouse.gateway")
"""The entry points that make a distribution a plugin."""
PLUGIN_FOLDERS = "~/.local/share/pilothouse/plugins"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `plugin install`."""
    parser.add_argument("what", metavar="PATH|NAME", help="a folder with a pyproject.toml, a wheel, or a name on PyPI")
    parser.add_argument("--no-deps", action="store_true", help="without what the distribution depends on")


def run(options: argparse.Namespace) -> int:
    """Installs by pip; the exit status is pip's, or 1 when what was installed is no plugin."""
    what, path = options.what, Path(options.what)
    if what.startswith("-") or not what:
        return complain(f"{what!r} is neither a path nor a name")
    if sys.prefix == sys.base_prefix:
        return complain("the program does not run in a virtual environment of its own: nothing can be installed there")
    if path.is_dir() and not (path / "pyproject.toml").is_file():
        if (path / "manifest.json").is_file():
            target = f"{PLUGIN_FOLDERS}/{path.resolve().name}"
            return complain(f"a folder needs no installation: ln -s {path.resolve()} {target}")
        return complain(f"there is no pyproject.toml in {path}")
    before = _plugins()
    done = subprocess.run(_pip(str(path.resolve()) if path.exists() else what, no_deps=options.no_deps), check=False)
    if done.returncode:
        return done.returncode
    return _tell(_plugins(), before)


def _pip(what: str, *, no_deps: bool) -> list[str]:
    options = ["--disable-pip-version-check", "--quiet", *(["--no-deps"] if no_deps else [])]
    return [sys.executable, "-I", "-m", "pip", "install", *options, "--", what]


def _plugins() -> dict[str, str]:
    """The version of every distribution in our environment that has one of the entry points."""
    from importlib import metadata

    found = {}
    for distribution in metadata.distributions():
        if any(point.group in GROUPS for point in distribution.entry_points):
            found[distribution.name] = distribution.version
    return found


def _tell(now: dict[str, str], before: dict[str, str]) -> int:
    new = sorted(name for name, version in now.items() if before.get(name) != version)
    for name in new:
        say(f"{name} {now[name]} is installed. It is there at the next login, or after a restart of the console.")
    if not new and not now:
        return complain(f"it is installed, but it is no plugin: it has no entry point of {' or '.join(GROUPS)}")
    return 0
