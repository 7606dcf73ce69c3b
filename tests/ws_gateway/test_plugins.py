from pathlib import Path
from typing import Any

import pluggy
import pytest

from ws_gateway import hookimpl, plugins
from ws_gateway.plugins import BUILT_IN, load_plugins


def test_the_built_ins_come_in_the_order_of_their_list() -> None:
    manager = load_plugins()
    found = list(manager.hook.routes(gateway=None))
    first = [pattern for routes in found for pattern, _ in routes]
    assert first[0] == "/cockpit/login"
    assert first[-1] == "(/.*)"
    without_routes = {"ws_gateway.auth.bearer", "ws_gateway.system.login_backends"}
    assert len(found) == len(set(BUILT_IN) - without_routes)


class Misspelt:
    @hookimpl
    def rout(self) -> None: ...


class WrongArguments:
    @hookimpl
    def routes(self, nonsense: object) -> None: ...


@pytest.mark.parametrize("plugin", [Misspelt, WrongArguments])
def test_a_wrong_hook_is_an_error_at_start(monkeypatch: pytest.MonkeyPatch, plugin: type) -> None:
    monkeypatch.setattr(plugins, "load_entry_points", lambda manager: manager.register(plugin()))
    with pytest.raises(pluggy.PluginValidationError):
        load_plugins()


def test_calls_of_hooks_can_be_watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    load_plugins().hook.routes(gateway=None)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("PILOTHOUSE_TRACE_HOOKS", "1")
    load_plugins().hook.routes(gateway=None)
    assert "routes [hook]" in capsys.readouterr().err


def installed(folder: Path, module: str, source: str) -> None:
    """A distribution that names `module` in an entry point of ours."""
    about = folder / f"{module}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[pilothouse.gateway]\n{module} = {module}\n")
    (folder / f"{module}.py").write_text(source)


@pytest.mark.parametrize("fault", ["import no_such_module_at_all", "raise SystemExit(3)", "1 / 0", "syntax error\x1b"])
async def test_a_plugin_that_cannot_be_imported_is_left_out(
    start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """One line says so; the others are there, and so is the console."""
    good = "from ws_gateway import hookimpl\n@hookimpl\ndef startup(gateway): gateway.was_here = True\n"
    installed(tmp_path, "a_broken_plugin", fault)
    installed(tmp_path, "b_sound_plugin", good)
    monkeypatch.syspath_prepend(str(tmp_path))
    browser = await start()
    assert (await browser.fetch("/ping")).code == 200
    assert browser.gateway.was_here
    (line,) = [record for record in caplog.records if "is left out" in record.getMessage()]
    assert line.exc_info is None
    assert "a_broken_plugin" in line.getMessage()
    assert line.getMessage().isprintable()
