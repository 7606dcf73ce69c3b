"""The table of refusals says what libvirt's and libvirt-dbus's own files say."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from testbed import libvirt_dbus
from testbed.machine_worlds import KINDS, WAYS
from testbed.not_supported import NOT_SUPPORTED, may_refuse

INTERFACES = Path("/usr/share/dbus-1/interfaces")


def test_every_refusal_names_its_source() -> None:
    for (way, kind, _), source in NOT_SUPPORTED.items():
        assert way in (*WAYS, "*")
        assert kind in (*KINDS, "*")
        assert ".c" in source or "org.libvirt." in source


def test_no_method_on_qemu_is_among_them() -> None:
    on_qemu = {what for way, kind, what in NOT_SUPPORTED if kind in ("qemu", "*")}
    expected = {"host model", "version", "domain_define", "domain_screenshot", "volume_upload", "volume_download"} | {
        "pool_types"
    }
    assert on_qemu == expected, "whatever else can be done can be done three ways"
    assert not may_refuse("virsh", "qemu", "events")


@pytest.mark.parametrize(
    ("interface", "member"),
    [("Domain", "GetInfo"), ("Connect", "NodeGetInfo"), ("Connect", "GetStoragePoolCapabilities")],
)
def test_libvirt_dbus_has_no_such_method(interface: str, member: str) -> None:
    if reason := libvirt_dbus.missing():
        pytest.skip(reason)
    root = ET.parse(INTERFACES / f"org.libvirt.{interface}.xml").getroot()
    methods = {method.get("name") for method in root.iter("method")}
    assert len(methods) > 30
    assert member not in methods
