"""Bytes that network interfaces transferred (proc_pid_net(5))."""

from collections.abc import Iterable

from bridge.metrics.sample import INSTANCES_MAX, Values, lines


def read() -> Values:
    """`network.interface.*`."""
    return parse(lines("/proc/net/dev"))


def parse(dev: Iterable[str]) -> Values:
    """The values of the lines of /proc/net/dev."""
    received: dict[str, int] = {}
    sent: dict[str, int] = {}
    for line in dev:
        # The name may contain a colon (an alias), and the first number may follow without a space.
        name, colon, rest = line.rpartition(":")
        fields = rest.split()
        if colon and len(fields) >= 9 and len(received) < INSTANCES_MAX:
            received[name.strip()] = int(fields[0])
            sent[name.strip()] = int(fields[8])
    return {"network.interface.rx": received, "network.interface.tx": sent}
