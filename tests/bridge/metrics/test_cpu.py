"""/proc/stat, sample text and this machine's."""

import os

from hypothesis import given
from hypothesis import strategies as st

from bridge.metrics import cpu

STAT = """\
cpu  100 20 30 4000 5 0 6 7 0 0
cpu0 60 10 20 2000 3 0 3 3 0 0
cpu10 40 10 10 2000 2 0 3 4 0 0
intr 2687656 0 0
ctxt 12345
"""


def test_all_processors_and_each() -> None:
    tick = 1000 / os.sysconf("SC_CLK_TCK")
    values = cpu.parse(STAT.splitlines())
    assert values["cpu.basic.user"] == 100 * tick
    assert values["cpu.basic.nice"] == 20 * tick
    assert values["cpu.basic.system"] == 30 * tick
    assert values["cpu.basic.iowait"] == 5 * tick
    assert values["cpu.core.user"] == {"0": 60 * tick, "10": 40 * tick}
    assert values["cpu.core.iowait"] == {"0": 3 * tick, "10": 2 * tick}


def test_this_machine() -> None:
    values = cpu.read()
    assert isinstance(cores := values["cpu.core.user"], dict)
    assert len(cores) == os.sysconf("SC_NPROCESSORS_ONLN")
    assert isinstance(total := values["cpu.basic.user"], float)
    assert abs(sum(cores.values()) - total) < total / 10 + 1000


@given(st.lists(st.text("cpu0123456789 :x", max_size=30)))
def test_other_lines_are_skipped(lines: list[str]) -> None:
    lines = [line for line in lines if not line.startswith("cpu")]
    assert cpu.parse(lines)["cpu.core.user"] == {}
