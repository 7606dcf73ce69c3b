"""The table and the sources agree."""

import pytest

from bridge.metrics.table import METRICS, Source


def test_every_name_of_the_reference_is_there() -> None:
    families = {
        "cpu.basic": "nice user system iowait",
        "cpu.core": "nice user system iowait",
        "cpu": "temperature",
        "memory": "free used cached swap-used",
        "disk.all": "read written",
        "disk.dev": "read written",
        "cgroup.memory": "usage limit sw-usage sw-limit",
        "cgroup.cpu": "usage shares",
        "disk.cgroup": "read written",
        "network.interface": "tx rx",
        "mount": "total used",
        "block.device": "read written",
    }
    assert set(METRICS) == {f"{family}.{name}" for family, names in families.items() for name in names.split()}


@pytest.mark.parametrize("source", list(dict.fromkeys(metric.source for metric in METRICS.values())))
async def test_a_source_has_the_metrics_that_name_it(source: Source) -> None:
    sample = await source()
    assert sample is not None
    names = {name for name, metric in METRICS.items() if metric.source is source}
    assert set(sample.values) == names
    for name in names:
        assert isinstance(sample.values[name], int | float) != METRICS[name].instanced
