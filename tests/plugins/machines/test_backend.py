import json
import subprocess
import sys
from pathlib import Path

from plugins.machines import backend


def test_the_back_end_brings_what_its_manifest_declares() -> None:
    manifest = json.loads((Path(backend.__file__).parent / "manifest.json").read_text())
    payloads = [channel.payload for channel in backend.channels()]
    assert payloads == manifest["backend"]["payloads"]
    assert [bridge["match"] for bridge in manifest["bridges"]] == [{"payload": payload} for payload in payloads]


STARTS = """
import os, sys
from plugins.machines import backend
loaded = lambda: "libvirt" in sys.modules
found = [loaded()]
for provider in ("virsh", "libvirt-python"):
    os.environ["PILOTHOUSE_LIBVIRT_PROVIDER"] = provider
    backend.startup()
    found.append(loaded())
print(found)
"""


def test_the_way_that_will_be_asked_for_is_imported_before_a_channel_asks_and_no_other() -> None:
    done = subprocess.run([sys.executable, "-c", STARTS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[False, False, True]\n"
