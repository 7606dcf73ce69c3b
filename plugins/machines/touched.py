"""What an action changes besides the object that it is done to."""

from plugins.machines.provider import Kind, Method


def touched(method: Method, key: str, made: str) -> set[tuple[Kind, str]]:
    """What is to be looked at once `method` was done; an empty key stands for all of a kind."""
    touched = {(method.kind, key)} | ({(method.kind, made)} if made else set())
    return touched | ({(Kind.VOLUME, "")} if method in (Method.DELETE, Method.CLONE) else set())
