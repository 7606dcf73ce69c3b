import resource
import subprocess
from collections.abc import Iterator

import pytest

from ws_gateway.listening.descriptors import raise_limit, restore_limit


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_limit_is_raised_for_us_and_not_for_children(limits: tuple[int, int]) -> None:
    raise_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (limits[1], limits[1])
    with subprocess.Popen(["sleep", "60"]) as child:
        restore_limit(child.pid)
        assert resource.prlimit(child.pid, resource.RLIMIT_NOFILE) == limits
        child.kill()
    restore_limit(child.pid)
