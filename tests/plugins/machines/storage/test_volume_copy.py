import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from plugins.machines.provider import Kind, Method
from plugins.machines.providers import long_calls
from plugins.machines.storage.volume_copy import copy_volume

POOL = "00000000-0000-4000-8000-000000000001"


class Copying:
    """What of a provider makes a copy; its tests on real ones are in the conformance suite and in `test_jobs`."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.deleted: list[str] = []
        self.allocation = 0

    async def create_volume(self, _pool: str, _xml: str, _source: str = "") -> None:
        await self.end.wait()

    async def describe(self, _kind: Kind, keys: Collection[str]) -> dict[str, str]:
        self.allocation += 4
        xml = f"<volume><name>copy</name><allocation>{self.allocation}</allocation></volume>"
        return dict.fromkeys(keys, xml)

    async def act(self, method: Method, key: str) -> None:
        assert method is Method.VOLUME_DELETE
        self.deleted.append(key)


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_copy_is_told_of_by_its_growth_and_deleted_where_nobody_wants_it(
    monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    monkeypatch.setattr(long_calls, "LOOK_INTERVAL", 0.001)
    provider: Any = Copying()
    told: list[tuple[float, float, str]] = []
    grown = asyncio.Event()

    def report(done: float, total: float, text: str) -> None:
        told.append((done, total, text))
        if done == 10:
            grown.set()

    copying = asyncio.get_running_loop().create_task(
        copy_volume(provider, POOL, "copy", "<volume/>", f"{POOL}/old", 10, report)
    )
    await grown.wait()
    if cancelled:
        copying.cancel()
        await asyncio.sleep(0)
    assert provider.deleted == []
    provider.end.set()
    await asyncio.wait({copying})
    assert copying.cancelled() is cancelled
    assert provider.deleted == ([f"{POOL}/copy"] if cancelled else [])
    assert told[:4] == [(0, 0, "copy"), (4, 10, "copy"), (8, 10, "copy"), (10, 10, "copy")]
