"""/proc/net/dev, sample text and this machine's."""

from bridge.metrics import network

DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 100       1    0    0    0     0          0         0 200       1    0    0    0     0       0          0
eth0:1:300       1    0    0    0     0          0         0 400       1    0    0    0     0       0          0
 short: 1 2
"""  # noqa: E501


def test_interfaces() -> None:
    assert network.parse(DEV.splitlines()) == {
        "network.interface.rx": {"lo": 100, "eth0:1": 300},
        "network.interface.tx": {"lo": 200, "eth0:1": 400},
    }


def test_this_machine() -> None:
    assert "lo" in network.read()["network.interface.tx"]  # type: ignore[operator]
