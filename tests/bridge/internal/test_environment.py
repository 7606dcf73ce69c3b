"""`/environment`."""

from collections.abc import Callable
from typing import Any

from bridge.testing import open_wire


async def test_the_variables(talk: Callable[..., Any], environ: dict[str, str]) -> None:
    async with open_wire({**environ, "ODD": "\udcff", "EMPTY": ""}) as wire:
        found = await (await talk(wire)).properties("/environment", "cockpit.Environment")
    assert found["Variables"].items() >= {"ODD": "\ufffd", "EMPTY": "", "HOME": environ["HOME"]}.items()
