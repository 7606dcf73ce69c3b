"""The bridge as its client sees it."""

from collections.abc import AsyncIterator

import pytest

from bridge.testing import Wire, open_wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A running bridge with its built-in channels."""
    async with open_wire() as opened:
        yield opened
