"""What is read without the decoder is read as the decoder reads it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem, decode_control
from ws_gateway.relay.flow_messages import channel_of_flow, decode_control_quickly

PING = {"command": "ping", "channel": "1:2!3", "sequence": 16384}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("changed", [{}, {"command": "pong"}, {"channel": "a"}, {"sequence": 0}])
def test_pings_and_pongs_as_programs_write_them(separators: tuple[str, str], changed: dict[str, object]) -> None:
    message = b"\n" + json.dumps(PING | changed, separators=separators).encode()
    assert channel_of_flow(message) == decode_control(message).channel
    assert decode_control_quickly(message) == decode_control(message)


@pytest.mark.parametrize(
    "changed",
    [{"command": "close"}, {"sequence": "5"}, {"sequence": -1}, {"sequence": 1.5}, {"more": 1}, {"channel": "\\"}],
)
def test_all_others_are_the_decoders(changed: dict[str, object]) -> None:
    message = b"\n" + json.dumps(PING | changed).encode()
    assert channel_of_flow(message) is None
    assert decode_control_quickly(message) == decode_control(message)


@given(st.integers(0, 70), st.binary(max_size=3))
def test_no_message_is_read_in_another_way(position: int, bytes_there: bytes) -> None:
    message = b"\n" + json.dumps(PING).encode()
    changed = message[:position] + bytes_there + message[position + 1 :]
    try:
        expected = decode_control(changed)
    except Problem:
        with pytest.raises(Problem):
            decode_control_quickly(changed)
    else:
        assert decode_control_quickly(changed) == expected
