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
    without_routes = {"ws_gateway.system.logins"}
    assert len(found) == len(set(BUILT_IN) - without_routes)


class Misspelt:
    @hookimpl
    def rout(self) -> None: ...


class WrongArguments:
    @hookimpl
    def routes(self, nonsense: object) -> None: ...


@pytest.mark.parametrize("plugin", [Misspelt, WrongArguments])
def test_a_wrong_hook_is_an_error_at_start(monkeypatch: pytest.MonkeyPatch, plugin: type) -> None:
    def load(manager: pluggy.PluginManager, group: str) -> int:
        assert group == "pilothouse.gateway"
        manager.register(plugin())
        return 1

    monkeypatch.setattr(plugins.pluggy.PluginManager, "load_setuptools_entrypoints", load)
    with pytest.raises(pluggy.PluginValidationError):
        load_plugins()


def test_calls_of_hooks_can_be_watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    load_plugins().hook.routes(gateway=None)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("PILOTHOUSE_TRACE_HOOKS", "1")
    load_plugins().hook.routes(gateway=None)
    assert "routes [hook]" in capsys.readouterr().err
