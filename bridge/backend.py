"""The process of a plugin's back end: a bridge whose channels are those of one module of the plugin's folder."""

import importlib
import stat
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.bridge import Bridge
from bridge.packages import Packages
from bridge.plugins import check, installed_folders, new_manager
from bridge.processes import memory_limit
from bridge.protocol import Problem
from manifests.trust import distrust_content, leads_out

if TYPE_CHECKING:
    import pluggy


def backend_bridge(name: str, environ: Mapping[str, str], *, privileged: bool = False) -> Bridge:
    """The bridge for the back end of the plugin `name`; Problem `not-found` where it has none.

    `privileged`: take the plugin only from a folder that nobody but root can write to.
    """
    package = Packages(environ, extra=installed_folders(), privileged=privileged).packages.get(name)
    if package is None or package.manifest.backend is None:
        raise Problem("not-found", f"there is no plugin {name!r} with a back end")
    folder, backend = Path(package.directory), package.manifest.backend
    _refuse_files_of_others(folder, backend.module, privileged=privileged and not package.built_in)
    memory_limit.limit(backend.memory)
    return Bridge(environ, {}, lambda: _hooks(name, folder, backend.module), packages=False, privileged=privileged)


def _refuse_files_of_others(folder: Path, module: str, *, privileged: bool) -> None:
    """Problem `access-denied` where what would run may be somebody else's doing; our own is as much ours as this."""
    reason = distrust_content(str(folder), {0}) if privileged else None
    if reason:
        raise Problem("access-denied", f"the back end in {folder} is refused: {reason}")
    root = folder.resolve()
    for file in (root / f"{module.replace('.', '/')}.py", root / "vendor"):
        if file.exists() and leads_out(str(file), str(root)):
            raise Problem("access-denied", f"the back end is refused: {file} is a link out of the plugin's folder")
        if file.exists() and file.stat().st_mode & stat.S_IWOTH:
            raise Problem("access-denied", f"the back end is refused: {file} can be written by everybody")


def _hooks(name: str, folder: Path, module: str) -> "pluggy.PluginManager":
    manager = new_manager()
    manager.register(load_module(name, folder, module), name=name)
    check(manager)
    return manager


def load_module(name: str, folder: Path, module: str) -> types.ModuleType:
    """Import `module` of a plugin's folder, which may import its siblings by their own names or relatively.

    The folder's `vendor/` comes first on the path and the folder last, so that neither a plugin's file names nor its
    vendored libraries change what the application's own modules import.
    """
    vendor = folder / "vendor"
    if vendor.is_dir():
        sys.path.insert(0, str(vendor))
    sys.path.append(str(folder))
    package = types.ModuleType(f"pilothouse_plugin_{name.replace('-', '_')}")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    return importlib.import_module(f"{package.__name__}.{module}")
