"""Buffers that come and go cost no page faults."""

import subprocess
import sys

CHILD = """
import resource, sys
from ws_gateway.allocator import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def turn():
    return len([bytes(262144) for _ in range(4)])
for _ in range(20):
    turn()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200):
    turn()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    return int(subprocess.run([sys.executable, "-c", CHILD, how], capture_output=True, check=True, timeout=30).stdout)


def test_what_a_message_took_is_there_for_the_next_one() -> None:
    assert faults("kept") < 2000
    assert faults("as it comes") > 10_000, "the C library does so by itself now"
