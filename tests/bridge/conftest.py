"""The bridge as its client sees it, and a bus of our own."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from testbed.dbus_service import Daemon, Service, Talker

from bridge.protocol import encode_json
from bridge.testing import Wire


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A private bus, which starts services that are described in its folder `services`."""
    running = Daemon(tmp_path / "data")
    yield running
    running.close()


@pytest.fixture
async def service(daemon: Daemon) -> AsyncIterator[Service]:
    """A service `com.example.A` on the bus."""
    running = Service(daemon.address)
    await running.bus.open()
    await running.own("com.example.A")
    yield running
    running.bus.end()


@pytest.fixture
async def talk(wire: Wire, daemon: Daemon, service: Service) -> Callable[..., Any]:
    """Opens a channel to the service: `await talk("c")`."""

    async def opened(channel: str, name: str | None = "com.example.A") -> Talker:
        wire.open(channel, "dbus-json3", bus="none", address=daemon.address, name=name)
        if name is not None:
            assert await wire.data(channel) == encode_json({"owner": service.bus.unique_name})
        assert (await wire.expect("ready", channel))["unique-name"].startswith(":")
        return Talker(wire, channel)

    return opened
