"""`info` on the wire."""

import json
import os
import pwd

from bridge.testing import Wire


async def test_what_the_bridge_says_of_itself(wire: Wire) -> None:
    wire.open("c", "info")
    await wire.expect("ready", "c")
    data, _ = await wire.until("close", "c")
    said = json.loads(data)
    assert "spawn" in said["channels"]["stream"]
    user = said["user"]
    assert user["uid"] == os.getuid()
    assert user["name"] == pwd.getpwuid(os.getuid()).pw_name
    assert user["groups"][0] == user["group"]
