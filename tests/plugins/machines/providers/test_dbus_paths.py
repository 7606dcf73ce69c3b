import pytest

from plugins.machines.providers.dbus_paths import decoded, encoded, key_of


@pytest.mark.parametrize("name", ["net_eno1_52_54", "-rf", "ü $(id)", "a/b"])
def test_a_name_comes_back_from_its_path(name: str) -> None:
    assert encoded(name).replace("_", "").isalnum()
    assert decoded(encoded(name)) == name


def test_the_uuid_in_a_path() -> None:
    uuid = "00000000-0000-4000-8000-000000000001"
    assert key_of(f"/org/libvirt/QEMU/network/_{uuid.replace('-', '_')}") == uuid
