"""The metrics there are: name, units, whether it counts or measures, whether it has instances, where it is read."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal, NamedTuple

from bridge.metrics import cgroup_disks, cgroups, cpu, disks, memory, mounts, network, temperature
from bridge.metrics.sample import Sample, sample_of

Source = Callable[[], Awaitable[Sample | None]]

CPU: Source = partial(sample_of, cpu.read)
MEMORY: Source = partial(sample_of, memory.read)
TEMPERATURE: Source = partial(sample_of, temperature.read)
DISKS: Source = partial(sample_of, disks.read)
CGROUPS: Source = partial(sample_of, cgroups.read)
CGROUP_DISKS: Source = partial(sample_of, cgroup_disks.read)
NETWORK: Source = partial(sample_of, network.read)
MOUNTS: Source = mounts.sample


class Metric(NamedTuple):
    """What is known of a metric beforehand."""

    units: str
    semantics: Literal["counter", "instant"]
    instanced: bool
    source: Source


METRICS = {
    "cpu.basic.nice": Metric("millisec", "counter", False, CPU),
    "cpu.basic.user": Metric("millisec", "counter", False, CPU),
    "cpu.basic.system": Metric("millisec", "counter", False, CPU),
    "cpu.basic.iowait": Metric("millisec", "counter", False, CPU),
    "cpu.core.nice": Metric("millisec", "counter", True, CPU),
    "cpu.core.user": Metric("millisec", "counter", True, CPU),
    "cpu.core.system": Metric("millisec", "counter", True, CPU),
    "cpu.core.iowait": Metric("millisec", "counter", True, CPU),
    "cpu.temperature": Metric("celsius", "instant", True, TEMPERATURE),
    "memory.free": Metric("bytes", "instant", False, MEMORY),
    "memory.used": Metric("bytes", "instant", False, MEMORY),
    "memory.cached": Metric("bytes", "instant", False, MEMORY),
    "memory.swap-used": Metric("bytes", "instant", False, MEMORY),
    "disk.all.read": Metric("bytes", "counter", False, DISKS),
    "disk.all.written": Metric("bytes", "counter", False, DISKS),
    "disk.dev.read": Metric("bytes", "counter", True, DISKS),
    "disk.dev.written": Metric("bytes", "counter", True, DISKS),
    "block.device.read": Metric("bytes", "counter", True, DISKS),
    "block.device.written": Metric("bytes", "counter", True, DISKS),
    "cgroup.memory.usage": Metric("bytes", "instant", True, CGROUPS),
    "cgroup.memory.limit": Metric("bytes", "instant", True, CGROUPS),
    "cgroup.memory.sw-usage": Metric("bytes", "instant", True, CGROUPS),
    "cgroup.memory.sw-limit": Metric("bytes", "instant", True, CGROUPS),
    "cgroup.cpu.usage": Metric("millisec", "counter", True, CGROUPS),
    "cgroup.cpu.shares": Metric("count", "instant", True, CGROUPS),
    "disk.cgroup.read": Metric("bytes", "counter", True, CGROUP_DISKS),
    "disk.cgroup.written": Metric("bytes", "counter", True, CGROUP_DISKS),
    "network.interface.tx": Metric("bytes", "counter", True, NETWORK),
    "network.interface.rx": Metric("bytes", "counter", True, NETWORK),
    "mount.total": Metric("bytes", "instant", True, MOUNTS),
    "mount.used": Metric("bytes", "instant", True, MOUNTS),
}
"""Name to metric (reference 2.14)."""
