"""For the tests of plugins, and our own: a bridge without a gateway, and a console in a browser.

`from bridge.testing import Wire, connect, open_wire`; with pytest, `bridge.testing.pytest_plugin` brings fixtures.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.testing.rpc_client import RpcClient as RpcClient
    from bridge.testing.rpc_client import connect as connect
    from bridge.testing.wire import PATIENCE as PATIENCE
    from bridge.testing.wire import Wire as Wire
    from bridge.testing.wire import open_wire as open_wire


def __getattr__(name: str) -> object:
    """The names above, without a bridge's import time in a test run that has the plugin and does not use it."""
    if name in ("PATIENCE", "Wire", "open_wire"):
        from bridge.testing import wire

        return getattr(wire, name)
    if name in ("RpcClient", "connect"):
        from bridge.testing import rpc_client

        return getattr(rpc_client, name)
    raise AttributeError(name)
