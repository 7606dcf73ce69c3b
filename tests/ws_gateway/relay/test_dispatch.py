"""The dispatch table of the protocol reference, 1.4."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.relay.dispatch import (
    CHANNELS_MAX,
    Action,
    Activity,
    Answer,
    Authorize,
    Dispatcher,
    Fatal,
    Ignore,
    Logout,
    Relay,
)

ME = "this socket"


def control(**message: Any) -> bytes:
    return b"\n" + json.dumps(message).encode()


def dispatcher(*before: bytes, owners: dict[str, object] | None = None) -> Dispatcher:
    made = Dispatcher(ME, {} if owners is None else owners)
    for message in (control(command="init", version=1), *before):
        made.receive(message)
    return made


def said(action: Action) -> Any:
    assert isinstance(action, Relay)
    return json.loads(action.message)


@pytest.mark.parametrize(
    "message",
    [
        b"\n",
        b"\nnot json",
        b"\n{}",
        b"\n[]",
        b"\nnull",
        b"\n5",
        b'\n{"command":5}',
        b'\n{"command":""}',
        b'\n{"command":"open","channel":""}',
        b'\n{"command":"open","channel":5}',
        b'\n{"command":"open","channel":"a\\nb"}',
        b'\n{"command":"open","channel":"\\ud800"}',
        b'\n{"command":"open","channel":"1:1","x":NaN}',
        b'\n{"command":"open","channel":"1:1","x":1e999}',
        b'\n{"command":"open","channel":"1:1","x":' + b"9" * 5000 + b"}",
        b"\n" + b"[" * 100_000,
        "\N{SNOWMAN}\ndata".encode(),
        b"x" * 300 + b"\ndata",
        control(command="open"),
        control(command="open", channel="1:1", binary=False),
        control(command="open", channel="1:1", binary=None),
        control(command="open", channel="0:1", payload="echo"),
        control(command="close"),
        control(command="kill", host=5),
        control(command="kill", group=[]),
    ],
)
def test_what_breaks_the_protocol_is_fatal(message: bytes) -> None:
    action = dispatcher().receive(message)
    assert isinstance(action, Fatal)
    assert action.problem == "protocol-error"


@pytest.mark.parametrize("version", [None, 0, 2, "1", 1.0, True])
def test_another_version_is_not_supported(version: Any) -> None:
    action = Dispatcher(ME, {}).receive(control(command="init", version=version))
    assert isinstance(action, Fatal)
    assert action.problem == "not-supported"


def test_init_may_be_repeated() -> None:
    assert isinstance(dispatcher().receive(control(command="init", version=1)), Ignore)


@pytest.mark.parametrize("command", ["open", "close", "ping", "kill", "logout", "hint", "authorize"])
def test_no_command_comes_before_init(command: str) -> None:
    action = Dispatcher(ME, {}).receive(control(command=command, channel="1:1"))
    assert isinstance(action, Fatal)
    assert action.problem == "protocol-error"


def test_what_is_odd_but_json_goes_on_as_it_came() -> None:
    odd = b'\n{"command":"open","channel":"1:7","path":"\\ud800"}'
    assert dispatcher().receive(odd) == Relay(odd)


@pytest.mark.parametrize("made", [Dispatcher(ME, {}), dispatcher()])
def test_data_is_relayed_even_before_init_and_for_unknown_channels(made: Dispatcher) -> None:
    assert made.receive(b"1:9\n\xff\x00") == Relay(b"1:9\n\xff\x00")


def test_a_message_without_a_line_is_ignored() -> None:
    assert isinstance(dispatcher().receive(b"no line"), Ignore)
    assert isinstance(dispatcher().receive(b""), Ignore)


@pytest.mark.parametrize(("binary", "recorded"), [({}, False), ({"binary": "raw"}, True), ({"binary": "hex"}, False)])
def test_an_open_is_relayed_and_recorded(binary: dict[str, str], recorded: bool) -> None:
    owners: dict[str, object] = {}
    made = dispatcher(owners=owners)
    opening = {"command": "open", "channel": "1:1", "payload": "echo", "host": "h", **binary}
    assert said(made.receive(control(**opening))) == opening
    assert made.channels == {"1:1": recorded}
    assert owners == {"1:1": ME}


def test_a_key_given_twice_reaches_the_bridge_once() -> None:
    twice = b'\n{"command":"open","channel":"9:9","channel":"1:1","payload":"null"}'
    action = dispatcher().receive(twice)
    assert isinstance(action, Relay)
    assert action.message == b'\n{"command":"open","channel":"1:1","payload":"null"}'


def test_a_channel_can_be_opened_once_at_a_time() -> None:
    opening = control(command="open", channel="1:1", payload="echo")
    assert isinstance(dispatcher(opening).receive(opening), Fatal)


def test_a_name_that_is_used_again_waits_for_the_bridges_close() -> None:
    """What is said on the new channel is not said on the old one, and is not lost."""
    opening = {"command": "open", "channel": "1:1", "payload": "echo", "binary": "raw"}
    closing = control(command="close", channel="1:1")
    owners: dict[str, object] = {}
    made = dispatcher(control(**opening), owners=owners)
    assert isinstance(made.receive(closing), Relay)
    held = [control(**opening), b"1:1\nhello", control(command="pong", channel="1:1", sequence=5)]
    assert all(isinstance(made.receive(message), Ignore) for message in held)
    assert isinstance(made.receive(control(**opening)), Fatal)
    assert made.channels == {}
    owners.clear()
    sent = made.closed("1:1")
    assert sent is not None
    assert [sent[1], json.loads(sent[0]), json.loads(sent[2])["sequence"]] == [b"1:1\nhello", opening, 5]
    assert (made.channels, owners) == ({"1:1": True}, {"1:1": ME})
    assert made.receive(b"1:1\nmore") == Relay(b"1:1\nmore")
    assert made.closed("1:1") is None


def test_a_name_that_is_used_again_and_given_up() -> None:
    opening, closing = control(command="open", channel="1:1", payload="echo"), control(command="close", channel="1:1")
    owners: dict[str, object] = {}
    made = dispatcher(opening, closing, opening, closing, owners=owners)
    owners.clear()
    assert made.closed("1:1") == []
    assert isinstance(made.receive(opening), Relay)


def test_no_more_waits_than_there_is_room_for() -> None:
    opening, closing = control(command="open", channel="1:1", payload="echo"), control(command="close", channel="1:1")
    made = dispatcher(opening, closing, opening)
    actions = [made.receive(b"1:1\n" + b"x" * 65536) for _ in range(5)]
    assert isinstance(actions[0], Ignore)
    assert isinstance(actions[-1], Fatal)


def test_a_close_is_relayed_and_the_name_is_kept_until_the_bridge_closes() -> None:
    owners: dict[str, object] = {}
    made = dispatcher(control(command="open", channel="1:1"), owners=owners)
    closing = {"command": "close", "channel": "1:1", "problem": "cancelled"}
    assert said(made.receive(control(**closing))) == closing
    assert (made.channels, owners) == ({}, {"1:1": ME})
    assert made.closed("1:1") == []


@pytest.mark.parametrize("command", ["done", "ready", "options", "ping", "pong", "ack", "whatever"])
def test_what_has_a_channel_is_relayed(command: str) -> None:
    message = {"command": command, "channel": "1:1", "sequence": 5}
    assert said(dispatcher().receive(control(**message))) == message


@pytest.mark.parametrize("command", ["hint", "bad", "done", "pong", "ready"])
def test_what_has_none_is_ignored(command: str) -> None:
    assert isinstance(dispatcher().receive(control(command=command, cookie="c", response="Basic x")), Ignore)


@pytest.mark.parametrize("members", [{}, {"response": "Bearer x"}, {"response": 5}, {"response": None}])
def test_an_authorize_without_a_password_is_ignored(members: dict[str, Any]) -> None:
    assert isinstance(dispatcher().receive(control(command="authorize", cookie="c", **members)), Ignore)


def test_an_authorize_with_a_password_is_for_the_gateway() -> None:
    message = control(command="authorize", cookie="c", response="Basic YTpi")
    assert dispatcher().receive(message) == Authorize("YTpi")


def test_a_ping_is_answered_with_its_own_members() -> None:
    action = dispatcher().receive(control(command="ping", a={"b": [1]}))
    assert action == Answer({"command": "pong", "a": {"b": [1]}})


@pytest.mark.parametrize("members", [{}, {"group": "g"}, {"host": "h"}, {"group": ""}])
def test_kill_is_relayed_as_it_is(members: dict[str, str]) -> None:
    assert said(dispatcher().receive(control(command="kill", **members))) == {"command": "kill", **members}


def test_logout() -> None:
    assert dispatcher().receive(control(command="logout", disconnect=True)) == Logout()


@pytest.mark.parametrize("channel", ["2:1", "0:1"])
def test_the_channels_of_others_are_out_of_reach(channel: str) -> None:
    owners: dict[str, object] = {"2:1": "another socket"}
    made = dispatcher(owners=owners)
    assert isinstance(made.receive(channel.encode() + b"\nstolen"), Ignore)
    for command in ("close", "done", "options", "ping"):
        assert isinstance(made.receive(control(command=command, channel=channel)), Ignore)
    assert isinstance(made.receive(control(command="open", channel=channel)), Fatal)
    assert owners == {"2:1": "another socket"}


def test_one_channel_too_many_is_closed_and_nothing_else() -> None:
    owners: dict[str, object] = {f"2:{number}": "another socket" for number in range(CHANNELS_MAX)}
    action = dispatcher(owners=owners).receive(control(command="open", channel="1:1", payload="echo"))
    assert isinstance(action, Answer)
    assert action.message["problem"] == "too-many-channels"
    assert action.message["channel"] == "1:1"
    assert len(owners) == CHANNELS_MAX


@given(st.binary(max_size=400))
def test_no_message_raises(message: bytes) -> None:
    assert isinstance(dispatcher().receive(message), Relay | Answer | Fatal | Logout | Ignore)


@given(
    st.dictionaries(
        st.sampled_from(["command", "channel", "binary", "payload", "host", "group", "version"]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from(["open", "close", "kill"])
        ),
    )
)
def test_own_channels_and_the_shared_table_agree(message: dict[str, Any]) -> None:
    owners: dict[str, object] = {"2:1": "another socket"}
    made = dispatcher(owners=owners)
    made.receive(control(**message))
    assert {channel for channel, owner in owners.items() if owner == ME} == set(made.channels)


@pytest.mark.parametrize(
    ("message", "activity"),
    [
        ({"command": "open", "channel": "1", "payload": "echo"}, Activity.TRAFFIC),
        ({"command": "open", "channel": "1", "payload": "session-control"}, Activity.PERSON),
        ({"command": "active", "channel": "1"}, Activity.PERSON),
        ({"command": "pong", "channel": "1"}, Activity.NONE),
        ({"command": "ping"}, Activity.NONE),
    ],
)
def test_what_a_message_says_about_the_person(message: dict[str, Any], activity: Activity) -> None:
    dispatcher = Dispatcher("owner", {})
    dispatcher.receive(b'\n{"command":"init","version":1}')
    dispatcher.receive(b"\n" + json.dumps(message).encode())
    assert dispatcher.activity is activity
    dispatcher.receive(b"1\ndata")
    assert dispatcher.activity is Activity.TRAFFIC
