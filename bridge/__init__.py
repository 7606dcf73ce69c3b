"""The per-user process: speaks the channel protocol and does, as the user, what pages ask for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.hookspecs import hookimpl as hookimpl


def __getattr__(name: str) -> object:
    """`from bridge import hookimpl`, without pluggy's import time in a bridge that has not answered yet."""
    if name == "hookimpl":
        from bridge.hookspecs import hookimpl as marker

        return marker
    raise AttributeError(name)
