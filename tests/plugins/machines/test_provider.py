import pytest

from plugins.machines.libvirt_python import LibvirtPython
from plugins.machines.provider import Domain, DomainAction, Provider


def test_the_state_of_a_domain_leaves_out_what_is_empty() -> None:
    domain = Domain("web", "paused", "", 2, 1024, 2048, True, False, True)
    assert domain.as_state() == {
        "name": "web",
        "state": "paused",
        "vcpus": 2,
        "memory": 1024,
        "max_memory": 2048,
        "persistent": True,
        "autostart": False,
        "managed_save": True,
    }


def test_the_state_of_a_domain_has_reason_and_title_where_there_are_some() -> None:
    state = Domain("web", "paused", "user", 2, 1024, 2048, True, False, True, title="Site").as_state()
    assert (state["reason"], state["title"]) == ("user", "Site")


def test_an_action_is_named_as_its_method() -> None:
    assert {action.value for action in DomainAction} == {
        "domain_start",
        "domain_shutdown",
        "domain_destroy",
        "domain_suspend",
        "domain_resume",
        "domain_reboot",
        "domain_reset",
    }


def test_a_provider_that_lacks_something_cannot_be_made() -> None:
    class Half(Provider):
        async def close(self) -> None: ...

    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]
    assert issubclass(LibvirtPython, Provider)
