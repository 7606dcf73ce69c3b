"""The architecture, as far as a program can hold it: what the folder listing promises is true."""

import dataclasses
import importlib
import inspect
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bridge.channel import Channel
from manifests import model

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bridge", "ws_gateway", "manifests", "plugins")
SOURCE_SUFFIXES = {".py", ".ts", ".tsx", ".mjs"}
LINES_MAX = 400
MADE = {".git", ".make", ".venv", "build", "dist", "node_modules", "__pycache__"}
"""Folders that are made here or belong to tools: nobody wrote what is in them."""

_CONFORMANCE = "tests/plugins/machines/conformance, one suite for every provider"
_CHANNEL = "tests/plugins/machines/test_channel.py, as pages call it"
_JOBS = "tests/plugins/machines/jobs/test_jobs.py calls them through a back end"
TESTED_ELSEWHERE = {
    "bridge/hookspecs.py": "declarations; this file holds them to the documentation",
    "ws_gateway/hookspecs.py": "declarations; this file holds them to the documentation",
    "plugins/machines/providers/dbus_actions.py": _CONFORMANCE,
    "plugins/machines/providers/dbus_provider.py": _CONFORMANCE,
    "plugins/machines/domains/methods.py": _CHANNEL,
    "plugins/machines/jobs/methods.py": _JOBS,
    "plugins/machines/providers/libvirt_actions.py": _CONFORMANCE,
    "plugins/machines/providers/libvirt_objects.py": _CONFORMANCE,
    "plugins/machines/methods.py": _CHANNEL,
    "plugins/machines/networks/methods.py": _CHANNEL,
    "plugins/machines/domains/snapshot_methods.py": _CHANNEL,
    "plugins/machines/storage/actions.py": _CONFORMANCE,
    "plugins/machines/storage/methods.py": _CHANNEL,
    "plugins/machines/storage/volume_streams.py": _CONFORMANCE,
}

HOOK_MODULES = {
    "bridge.hookspecs": "pilothouse.bridge",
    "ws_gateway.hookspecs": "pilothouse.gateway",
    "plugins.machines.hookspecs": "pilothouse.machines",
}
HOOK_DOCUMENTS = ("docs/architecture.md", "docs/plugins.md")

# In pieces, so that this file does not name them itself.
FOREIGN = tuple(
    separator.join(parts).encode()
    for separator, *parts in (
        ("/", "", "work", ""),
        (".", "pypi", "org"),
        (".", "pythonhosted", "org"),
        (".", "registry", "npmjs"),
        (".", "registry", "yarnpkg"),
        (".", "deb", "debian", "org"),
    )
)
"""Places of one machine, and hosts that package managers are configured with: neither belongs in the project."""


def written_files() -> Iterator[Path]:
    """Every file of the project that a person wrote."""
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in MADE and not name.endswith(("_cache", ".egg-info"))]
        names[:] = [name for name in names if name != ".hypothesis"]
        # In a linked work tree `.git` is a file.
        yield from (Path(folder) / file for file in files if file not in MADE)


FILES = sorted(written_files())
SOURCES = [file for file in FILES if file.suffix in SOURCE_SUFFIXES]
MODULES = [
    file.relative_to(ROOT)
    for file in SOURCES
    if file.suffix == ".py"
    and file.relative_to(ROOT).parts[0] in PACKAGES
    and file.name not in {"__init__.py", "__main__.py"}
]
CHANNEL_MODULES = [path for path in MODULES if path.parent == Path("bridge/channels")]
MANIFESTS = sorted((ROOT / "plugins").glob("*/manifest.json"))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_module_has_its_test_file(path: Path) -> None:
    if str(path) in TESTED_ELSEWHERE:
        return
    expected = Path("tests") / path.parent / f"test_{path.name}"
    assert (ROOT / expected).is_file(), f"{path} has no {expected}"


def test_the_list_of_exceptions_names_real_modules() -> None:
    assert set(TESTED_ELSEWHERE) <= {str(path) for path in MODULES}


@pytest.mark.parametrize("path", CHANNEL_MODULES, ids=str)
def test_a_channel_is_one_file_named_after_its_payload(path: Path) -> None:
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    (channel,) = channels_of(module)
    assert channel.payload.replace("-", "_") == path.stem
    assert (module.__doc__ or "").startswith(f"`{channel.payload}`: ")


@pytest.mark.parametrize("path", CHANNEL_MODULES, ids=str)
def test_the_options_of_a_channel_are_declared(path: Path) -> None:
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    for channel in channels_of(module):
        options = getattr(channel, "Options", None)
        assert options is None or dataclasses.is_dataclass(options)


def channels_of(module: ModuleType) -> list[type[Channel]]:
    classes = (value for value in vars(module).values() if inspect.isclass(value))
    return [value for value in classes if issubclass(value, Channel) and value.__module__ == module.__name__]


def hooks() -> Iterator[tuple[str, str, str]]:
    """Module, name and docstring of every declared hook, be it a function or a method."""
    for module_name, project in HOOK_MODULES.items():
        module = importlib.import_module(module_name)
        scopes = [module, *(value for value in vars(module).values() if inspect.isclass(value))]
        for scope in scopes:
            for name, value in vars(scope).items():
                if inspect.isfunction(value) and hasattr(value, f"{project}_spec"):
                    yield module_name, name, inspect.getdoc(value) or ""


HOOKS = list(hooks())


def test_there_are_hooks_in_every_project() -> None:
    assert {module for module, _, _ in HOOKS} == set(HOOK_MODULES)


@pytest.mark.parametrize(("module", "name", "docstring"), HOOKS, ids=[f"{hook[0]}:{hook[1]}" for hook in HOOKS])
def test_every_hook_is_documented(module: str, name: str, docstring: str) -> None:
    assert docstring, f"{module}.{name} has no docstring"
    documents = [ROOT / document for document in HOOK_DOCUMENTS]
    text = "".join(document.read_text() for document in documents if document.is_file())
    assert f"`{name}" in text, f"{name} of {module} is not mentioned in {' or '.join(HOOK_DOCUMENTS)}"


def test_no_source_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > LINES_MAX} == {}


def test_there_are_built_in_plugins() -> None:
    assert {"base1", "shell", "machines", "terminal"} <= {path.parent.name for path in MANIFESTS}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_every_built_in_manifest_parses(path: Path) -> None:
    manifest = model.parse(json.loads(path.read_text()), str(path))
    assert "priority" not in json.loads(path.read_text()), "the search path gives built-ins their priority"
    if manifest.backend is not None:
        assert (path.parent / f"{manifest.backend.module.replace('.', '/')}.py").is_file()


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = [f"{path.relative_to(ROOT)}: {name}" for path in FILES for name in FOREIGN if name in path.read_bytes()]
    assert found == []


def test_the_lock_file_records_no_download_addresses() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
