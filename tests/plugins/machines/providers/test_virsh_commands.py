import pytest

from plugins.machines.provider import COMPOSED, Kind, Metadata, Method
from plugins.machines.providers.virsh_commands import COMMANDS, desc, described, description, split_volume

KEY = "00000000-0000-4000-8000-000000000001"


def test_every_method_with_a_call_of_its_own_has_a_command() -> None:
    assert COMMANDS.keys() == set(Method) - COMPOSED


@pytest.mark.parametrize(
    ("method", "params", "command"),
    [
        (Method.START, {"paused": True}, f"start {KEY} --paused"),
        (Method.SET_AUTOSTART, {"on": False}, f"autostart {KEY} --disable"),
        (Method.RENAME, {"name": "-rf 'x"}, f"domrename --domain={KEY} --new-name='-rf '\\''x'"),
        (Method.SEND_KEYS, {"keys": [29, 56], "hold": 5}, f"send-key {KEY} --codeset linux --holdtime 5 29 56"),
        (Method.SNAPSHOT_REVERT, {"snapshot": "--all"}, f"snapshot-revert {KEY} --snapshotname='--all'"),
        (
            Method.DELETE,
            {"everything": True},
            f"undefine {KEY} --managed-save --snapshots-metadata --checkpoints-metadata --nvram",
        ),
    ],
)
def test_a_text_stands_quoted_behind_its_option(method: Method, params: dict[str, object], command: str) -> None:
    assert COMMANDS[method](KEY, params) == command


def test_a_volume_is_named_by_pool_and_name() -> None:
    assert split_volume(f"{KEY}/a b") == (KEY, "a b")
    assert description(Kind.VOLUME, f"{KEY}/a b", inactive=False) == f"vol-dumpxml --pool={KEY} --vol='a b'"
    assert described(Kind.VOLUME, "<volume><name>a b</name></volume>") == "a b"


def test_descriptions_and_texts() -> None:
    assert description(Kind.NETWORK, KEY, inactive=True) == f"net-dumpxml {KEY} --inactive"
    assert desc(KEY, Metadata.TITLE, " --live") == f"desc {KEY} --title --edit --live"
