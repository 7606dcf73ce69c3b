from plugins.machines import backend
from plugins.machines.channel import LibvirtChannel


def test_the_back_end_brings_libvirt1() -> None:
    assert list(backend.channels()) == [LibvirtChannel]
    assert LibvirtChannel.payload == "libvirt1"
