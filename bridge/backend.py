"""The process of a plugin's back end: a bridge whose channels are those of one module of the plugin's folder."""

import importlib
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.bridge import Bridge
from bridge.packages import Packages
from bridge.plugins import check, installed_folders, new_manager
from bridge.protocol import Problem

if TYPE_CHECKING:
    import pluggy


def backend_bridge(name: str, environ: Mapping[str, str], *, privileged: bool = False) -> Bridge:
    """The bridge for the back end of the plugin `name`; Problem `not-found` where it has none.

    `privileged`: take the plugin only from a folder that nobody but root can write to.
    """
    package = Packages(environ, extra=installed_folders(), privileged=privileged).packages.get(name)
    if package is None or package.manifest.backend is None:
        raise Problem("not-found", f"there is no plugin {name!r} with a back end")
    folder, module = Path(package.directory), package.manifest.backend.module
    return Bridge(environ, {}, lambda: _hooks(name, folder, module), packages=False, privileged=privileged)


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
