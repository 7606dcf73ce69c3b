"""A connection that leads to one program instead of a bus: who is meant needs no name (D-Bus specification, "Message
Bus Overview"). What a connection asks of a bus is answered here.
"""

from dbus_fast import Message, MessageType

PEER = "cockpit.Peer"
"""The name that the other side has for us; it is not sent."""


def answer_as_bus(member: str) -> Message:
    """The answer to a method call that is for a bus; every name is the other side's."""
    types, body = ("s", [PEER]) if member == "GetNameOwner" else ("", [])
    return Message(message_type=MessageType.METHOD_RETURN, reply_serial=1, signature=types, body=body)
