import os
import subprocess
import sys

import pytest

LOOK = """
import os, resource, sys
from ws_gateway.system.hardening import forbid_core, set_dumpable
resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.getrlimit(resource.RLIMIT_CORE)[1]))
print(forbid_core()[0], resource.getrlimit(resource.RLIMIT_CORE)[0])
os.setresuid(65534, 65534, 65534)
for dumpable in (False, True):
    set_dumpable(dumpable)
    print(os.stat('/proc/self/environ').st_uid)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_no_core_and_no_looking_in() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["4096", "0", "0", "65534"]
