"""The rest is in tests/plugins/machines/conformance/test_networks.py, by every provider."""

from typing import Any

import pytest

from bridge.protocol import Problem
from plugins.machines.networks.actions import act_on_network, deletion, planned
from plugins.machines.provider import Kind, Method
from plugins.machines.providers.libvirt_python import LibvirtPython

ABSENT = "00000000-0000-4000-8000-000000000099"


async def test_what_is_not_there_is_said_not_to_be(provider: LibvirtPython) -> None:
    params: dict[str, Any] = {"settings": {}, "section": "host", "remove": {}, "add": {}}
    for method in (Method.NETWORK_EDIT, Method.NETWORK_UPDATE, Method.NETWORK_DELETE):
        with pytest.raises(Problem, match=f"not-found: There is no network with the UUID {ABSENT}"):
            await act_on_network(provider, method, ABSENT, params)


async def test_a_temporary_network_has_nothing_stored(provider: LibvirtPython) -> None:
    connection: Any = provider._connection
    network = connection.networkCreateXML(
        "<network><name>brief</name><bridge name='virbr9'/><ip address='10.1.0.1' prefix='24'/></network>"
    )
    key = network.UUIDString()
    with pytest.raises(Problem, match="not-supported: A temporary network has no stored definition"):
        await act_on_network(provider, Method.NETWORK_EDIT, key, {"settings": {}})
    entry = {"mac": "52:54:00:00:00:01", "address": "10.1.0.5"}
    (update,) = await planned(provider, key, {"section": "host", "remove": {}, "add": entry})
    assert (update.live, update.config) == (True, False)
    assert await deletion(provider, key) == [Method.NETWORK_STOP]
    await act_on_network(provider, Method.NETWORK_DELETE, key, {})
    assert key not in await provider.listing(Kind.NETWORK)


async def test_a_name_that_no_network_can_have(provider: LibvirtPython) -> None:
    for name in ("", "a/b", "a\nb", "x" * 256):
        with pytest.raises(Problem, match="protocol-error"):
            await act_on_network(provider, Method.NETWORK_DEFINE, ABSENT, {"name": name, "settings": {}})
