import json
from pathlib import Path

from plugins.machines import backend


def test_the_back_end_brings_what_its_manifest_declares() -> None:
    manifest = json.loads((Path(backend.__file__).parent / "manifest.json").read_text())
    payloads = [channel.payload for channel in backend.channels()]
    assert payloads == manifest["backend"]["payloads"]
    assert [bridge["match"] for bridge in manifest["bridges"]] == [{"payload": payload} for payload in payloads]
