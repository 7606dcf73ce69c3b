import pytest

from plugins.machines.provider import Domain, Provider
from plugins.machines.providers.dbus_provider import LibvirtDbus
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.providers.virsh_provider import Virsh


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
    assert Domain("web", "paused", "user", 2, 1024, 2048, True, False, True).as_state()["reason"] == "user"


@pytest.mark.parametrize("provider", [LibvirtPython, LibvirtDbus, Virsh])
def test_each_provider_has_all_of_the_interface(provider: type[Provider]) -> None:
    assert not provider.__abstractmethods__
    assert provider.name in ("libvirt-python", "libvirt-dbus", "virsh")


def test_a_provider_that_lacks_something_cannot_be_made() -> None:
    class Half(Provider):
        async def close(self) -> None: ...

    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]
