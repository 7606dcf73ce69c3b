"""The messages of flow control, half of all that a stream consists of, read without a JSON decoder (reference 1.10)."""

import re

from bridge.protocol import Control, decode_control

_FLOW = re.compile(
    rb'\n\{ ?"command": ?"(ping|pong)", ?"channel": ?"([0-9A-Za-z:!._-]{1,64})", ?"sequence": ?(0|[1-9][0-9]{0,17}) ?\}'
)
"""As all known programs write them; every other way to say the same is left to the decoder."""


def channel_of_flow(message: bytes) -> str | None:
    """The channel of a `ping` or `pong` that says nothing else; None for all other messages.

    Such a message can be read in one way only, so it may be relayed as it is.
    """
    return None if (found := _FLOW.fullmatch(message)) is None else found[2].decode()


def decode_control_quickly(message: bytes) -> Control:
    """As `bridge.protocol.decode_control`."""
    if (found := _FLOW.fullmatch(message)) is None:
        return decode_control(message)
    command, channel = found[1].decode(), found[2].decode()
    return Control(command, channel, {"command": command, "channel": channel, "sequence": int(found[3])})
