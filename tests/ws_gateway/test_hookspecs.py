from typing import Any

import pytest

from ws_gateway import hookimpl, plugins
from ws_gateway.auth.attempt import Attempt
from ws_gateway.hookspecs import GatewaySpecs
from ws_gateway.http.handler import Handler
from ws_gateway.relay.sessions import Sessions


class Greeting(Handler):
    def get(self) -> None:
        self.finish("hello")


class Guest:
    """Lets everybody in who says please."""

    def __init__(self, gateway: Any) -> None:
        self.gateway = gateway

    async def login(self, attempt: Attempt) -> Any:
        assert attempt.credentials == "please"
        assert isinstance(self.gateway.sessions, Sessions)
        return await self.gateway.sessions.open(self.gateway.bridge_command)


class Plugin:
    def __init__(self) -> None:
        self.called: list[str] = []

    @hookimpl
    def routes(self) -> list[tuple[str, type[Handler]]]:
        self.called.append("routes")
        return [("/cockpit/greeting", Greeting), ("/ping", Greeting)]

    @hookimpl
    def auth_backends(self, gateway: Any) -> dict[str, Guest]:
        self.called.append("auth_backends")
        return {"guest": Guest(gateway)}

    @hookimpl
    def startup(self, gateway: Any) -> None:
        self.called.append(f"startup on {gateway.port}")

    @hookimpl
    def shutdown(self) -> None:
        self.called.append("shutdown")


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Plugin:
    """A plugin that an entry point names."""
    made = Plugin()
    monkeypatch.setattr(plugins, "load_entry_points", lambda manager: manager.register(made))
    return made


async def test_every_hook_is_called(start: Any, plugin: Plugin) -> None:
    browser = await start()
    await browser.gateway.stop()
    assert plugin.called == ["auth_backends", "routes", f"startup on {browser.gateway.port}", "shutdown"]
    hooks = {name for name in vars(GatewaySpecs) if not name.startswith("_")}
    assert {called.split()[0] for called in plugin.called} == hooks


async def test_a_plugins_route_comes_after_ours_and_before_the_shell(start: Any, plugin: Plugin) -> None:
    browser = await start()
    response = await browser.fetch("/cockpit/greeting")
    assert response.body == b"hello"
    assert response.headers["X-Frame-Options"] == "sameorigin"
    assert (await browser.fetch("/cockpit/greeting", Host="evil.com")).code == 421
    assert b"cockpit" in (await browser.fetch("/ping")).body


async def test_a_plugins_way_to_log_in(start: Any, plugin: Plugin) -> None:
    browser = await start()
    assert (await browser.fetch("/cockpit/login", Authorization="Guest please")).code == 200
