import inspect

from plugins.machines import hookspecs
from plugins.machines.hookspecs import PROJECT, hookimpl


def test_the_marker_marks_for_this_project() -> None:
    @hookimpl
    def machines_provider(uri: str) -> None: ...

    assert hasattr(machines_provider, f"{PROJECT}_impl")


def test_a_hook_says_what_it_is_for() -> None:
    assert "uri" in (inspect.getdoc(hookspecs.machines_provider) or "")
