import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains import addresses as module
from plugins.machines.domains.addresses import keep_addresses
from plugins.machines.provider import Kind
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state.inventory import Inventory


async def test_addresses_come_and_go(
    provider: LibvirtPython, uuid: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "INTERVAL", 0.01)
    answers: list[Any] = [
        Problem("timeout", "the guest does not answer"),
        {uuid(1): [f"192.0.2.{n}" for n in range(99)]},
        {},
    ]
    asked = []

    async def ask(sources: Any) -> dict[str, list[str]]:
        asked.append(sources)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Problem):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr(provider, "addresses", ask)
    inventory = Inventory()
    inventory.set_rows(Kind.DOMAIN, {uuid(1): {"name": "web", "title": "t"}})
    patches: asyncio.Queue[JsonObject] = asyncio.Queue()
    with inventory.follow(patches.put_nowait):
        task = asyncio.get_running_loop().create_task(keep_addresses(provider, inventory, lambda: {uuid(1): "lease"}))
        told = (await patches.get())["domains"][uuid(1)]
        assert len(told["addresses"]) == module.ADDRESSES_MAX
        assert await patches.get() == {"domains": {uuid(1): {"addresses": None}}}
        task.cancel()
        await asyncio.wait({task})
    assert asked[0] == {uuid(1): "lease"}
