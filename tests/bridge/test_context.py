"""What channels share."""

from pathlib import Path

from bridge.context import Context
from bridge.plugins import BUILT_IN_CHANNELS, ChannelTable


def test_packages_are_found_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"version": 1}')
    context = Context({"PILOTHOUSE_PLUGIN_PATH": str(tmp_path)}, ChannelTable(BUILT_IN_CHANNELS))
    assert context.packages is context.packages
    assert context.packages.names() == ["one"]
    assert "echo" in context.capabilities()
