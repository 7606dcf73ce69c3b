"""Where channels come from."""

from pathlib import Path

import pytest

from bridge import hookimpl
from bridge.channel import Channel
from bridge.channels.echo import EchoChannel
from bridge.plugins import (
    BUILT_IN_CHANNELS,
    CAPABILITIES,
    ChannelTable,
    channels_of,
    check,
    installed_hooks,
    new_manager,
)
from bridge.protocol import Problem


class OtherChannel(Channel):
    payload = "other"
    capabilities = ("more",)


class OtherPlugin:
    @hookimpl
    def channels(self) -> list[type[Channel]]:
        return [OtherChannel]


def test_built_in_channels_are_found_by_name() -> None:
    table = ChannelTable(BUILT_IN_CHANNELS)
    assert table.find("echo") is EchoChannel
    assert table.find("nonsense") is None


def test_capabilities_are_told_without_importing_and_are_true() -> None:
    told = ChannelTable(BUILT_IN_CHANNELS).capabilities()
    assert set(CAPABILITIES) <= set(told)
    for payload, capabilities in told.items():
        channel = ChannelTable(BUILT_IN_CHANNELS).find(payload)
        assert channel
        assert (channel.payload, list(channel.capabilities)) == (payload, capabilities)


def test_a_plugin_adds_channels_and_takes_no_name_twice() -> None:
    manager = new_manager()
    manager.register(OtherPlugin())
    table = ChannelTable({"echo": BUILT_IN_CHANNELS["echo"]})
    table.add(channels_of(manager), "other")
    assert table.find("other") is OtherChannel
    assert table.capabilities() == {"echo": [], "other": ["more"]}
    with pytest.raises(Problem, match="'other' is taken"):
        table.add([OtherChannel], "other")
    with pytest.raises(Problem, match="'echo' is taken"):
        table.add([EchoChannel], "other")


def test_a_misspelt_hook_is_an_error() -> None:
    class Misspelt:
        @hookimpl
        def chanels(self) -> list[type[Channel]]:
            return []

    manager = new_manager()
    manager.register(Misspelt())
    with pytest.raises(Problem, match="chanels"):
        check(manager)


def test_a_plugin_may_declare_hooks_of_its_own() -> None:
    import pluggy

    class Specs:
        @pluggy.HookspecMarker("pilothouse.bridge")
        def machines_provider(self, uri: str) -> None:
            """A provider."""

    class Declares:
        @hookimpl
        def add_hooks(self, manager: pluggy.PluginManager) -> None:
            manager.add_hookspecs(Specs)

        @hookimpl
        def machines_provider(self, uri: str) -> str:
            return uri

    manager = new_manager()
    manager.register(Declares())
    check(manager)
    assert manager.hook.machines_provider(uri="x") == ["x"]


def test_installed_distributions_are_found_by_their_entry_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    assert installed_hooks() is None
    (tmp_path / "pilothouse_other.py").write_text(
        "from bridge import hookimpl\n"
        "from bridge.channel import Channel\n"
        "class C(Channel):\n    payload = 'installed'\n"
        "@hookimpl\ndef channels():\n    return [C]\n"
    )
    info = tmp_path / "pilothouse_other-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pilothouse-other\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pilothouse.bridge]\nother = pilothouse_other\n")
    manager = installed_hooks()
    assert manager is not None
    assert [channel.payload for channel in channels_of(manager)] == ["installed"]


def distribution(folder: Path, name: str, source: str) -> None:
    """An installed distribution whose one module is a plugin."""
    (folder / f"{name}.py").write_text(source)
    info = folder / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[pilothouse.bridge]\n{name} = {name}\n")


@pytest.mark.parametrize("source", ["raise KeyError('x')", "import nonsense", "raise SystemExit(3)", "((("])
def test_an_installed_plugin_that_cannot_be_imported_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, source: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    distribution(tmp_path, "ph_broken", source)
    distribution(tmp_path, "ph_good", "from bridge import hookimpl\n@hookimpl\ndef packages():\n    return []\n")
    manager = installed_hooks()
    assert manager is not None
    assert [name for name, _ in manager.list_name_plugin()] == ["ph_good"]
    assert "the installed plugin ph_broken is left out" in caplog.text


def test_calls_of_hooks_can_be_watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = new_manager()
    quiet.register(OtherPlugin())
    channels_of(quiet)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("PILOTHOUSE_TRACE_HOOKS", "1")
    manager = new_manager()
    manager.register(OtherPlugin())
    channels_of(manager)
    assert "channels [hook]" in capsys.readouterr().err
