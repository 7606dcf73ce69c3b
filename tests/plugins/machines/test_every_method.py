"""What holds for every method of `Method`: said before it destroys, shown as virsh commands, addressed by key alone."""

import re
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from testbed.back_end import back_end

from plugins.machines.channel import LibvirtChannel
from plugins.machines.provider import Method

PLUGINS = Path(__file__).parents[3] / "plugins"
PAGES = {path: path.read_text() for path in PLUGINS.glob("*/src/**/*.ts*")}

LOSSES: dict[Method, str] = {
    Method.SHUTDOWN: "This machine is temporary: once it is off, it is gone",
    Method.DESTROY: "This is like pulling the power cord",
    Method.RESET: "the guest gets no chance to save anything. Unsaved data is lost",
    Method.REMOVE_SAVED: "The memory that was saved is deleted",
    Method.SEND_NMI: "Unsaved data may be lost.",
    Method.DELETE: "This cannot be undone. What goes:",
    Method.SNAPSHOT_REVERT: "of the machine now is lost, unless another snapshot has it",
    Method.SNAPSHOT_DELETE: "What the machine was then can no longer be had.",
    Method.POOL_BUILD: "All that is on the device is lost.",
    Method.POOL_STOP: "machines cannot be started with them until the pool runs again",
    Method.POOL_DELETE: "libvirt forgets the pool: its definition is lost.",
    Method.VOLUME_RESIZE: "What lies behind its new end is lost",
    Method.VOLUME_WIPE: "All that it holds is overwritten with zeroes and lost",
    Method.VOLUME_UPLOAD: "What the volume holds is overwritten from its beginning and lost.",
    Method.VOLUME_DELETE: "It is deleted with all that it holds",
    Method.NETWORK_UPDATE: "_(ENTRIES[section].loss)",
    Method.NETWORK_STOP: "running machine loses its connection at once",
    Method.NETWORK_DELETE: "Its definition is gone for good",
}
"""What each destroys, as a page says it before."""

KEEPS = {
    "only looks": "domain_screenshot pool_types volume_download network_leases",
    "runs or goes on": "domain_start domain_start_paused domain_start_boot_menu domain_suspend domain_resume "
    "domain_reboot pool_start network_start",
    "saves what is there": "domain_save snapshot_create snapshot_create_external",
    "makes another one": "domain_clone pool_define volume_create volume_clone network_define",
    "looks again": "pool_refresh",
    "a setting that is set back as easily": "domain_set_autostart pool_set_autostart network_set_autostart "
    "domain_rename domain_set_title domain_set_description domain_set_notes domain_set_tags domain_send_keys",
    "shows all that changes before it is stored": "domain_define network_edit",
}
"""Why the others destroy nothing."""

WITHOUT_COMMAND = {
    Method.SCREENSHOT: "a look, no action",
    Method.POOL_TYPES: "a look, no action",
    Method.START_BOOT_MENU: "its entry of the menu's commands says why there is none",
}
"""Methods whose name stands in no file of a page that asks for commands."""
ASKS = re.compile(r"\b(commandsOf|commandsFor|VirshCommands?|Commands|equivalent)\b|method: \"")


def test_each_destroys_something_or_there_is_a_reason_why_not() -> None:
    kept = [Method(name) for names in KEEPS.values() for name in names.split()]
    assert sorted([*LOSSES, *kept]) == sorted(Method)


@pytest.mark.parametrize(("method", "words"), LOSSES.items())
def test_what_is_lost_is_said_on_the_page_that_does_it(method: Method, words: str) -> None:
    said = [path for path, text in PAGES.items() if words in text]
    assert said, words
    package = {path.relative_to(PLUGINS).parts[0] for path, text in PAGES.items() if f'"{method}"' in text}
    assert package & {path.relative_to(PLUGINS).parts[0] for path in said}


@pytest.mark.parametrize("method", sorted(set(Method) - WITHOUT_COMMAND.keys()))
def test_each_is_shown_as_virsh_commands(method: Method) -> None:
    """That there are such commands, or why not, is in test_equivalent.py."""
    assert [path for path, text in PAGES.items() if f'"{method}"' in text and ASKS.search(text)]


BY_NAME = {"storageVolLookupByName", "snapshotLookupByName", "nodeDeviceLookupByName"}
"""What has no UUID: a volume within its pool, a snapshot within its domain, and a node device."""


def test_no_source_looks_an_object_up_by_its_name() -> None:
    """And that a command of virsh has the key is in test_equivalent.py."""
    sources = [path.read_text() for path in PLUGINS.glob("machines/**/*.py")]
    found = {name for text in sources for name in re.findall(r"\w*[lL]ookupByName\b", text)}
    assert {name[0].lower() + name[1:] for name in found} == BY_NAME


WORTHLESS: dict[Any, Any] = {int: 1, bool: False, list[str]: [], list[int]: [1], dict[str, Any]: {}}


async def test_no_method_on_the_wire_takes_a_name(world: str) -> None:
    """Every one that has a `key` refuses a name, also one that an object has, before it does anything."""
    with_key = {name: function for name, (function, _) in LibvirtChannel.methods.items() if "key" in _hints(function)}
    assert {method for method in Method if method not in with_key} == {
        *("pool_types", "pool_define", "network_define", "volume_upload", "volume_download")
    }
    # What is not followed is not followed any more.
    del with_key["unfollow"]
    async with back_end() as back:
        back.open("a", uri=world)
        before = _names_and_states(await back.loaded("a"))
        for number, (name, function) in enumerate(with_key.items()):
            hints = _hints(function)
            needed = [each.name for each in signature(function).parameters.values() if each.default is each.empty]
            params = {word: WORTHLESS.get(hints[word], "host") for word in needed if word not in ("self", "key")}
            back.call("a", number, name, key="guest-2", **params)
            reply = await back.reply(number)
            assert "attribute 'key'" in reply.get("error", {}).get("message", ""), (name, reply)
        assert _names_and_states(back.states["a"]) == before


def _names_and_states(state: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {key: (row["name"], row["state"]) for key, row in state["domains"].items()}


def _hints(function: Any) -> dict[str, Any]:
    return get_type_hints(function)
