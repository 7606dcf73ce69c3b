from typing import Any
from xml.etree.ElementTree import Element

import libvirt
import pytest

from bridge.protocol import Problem
from plugins.machines.state.libvirt_xml import parse
from plugins.machines.storage.pool_xml import LIST_MAX, TYPES, checked_source, pool_xml

KEY = "00000000-0000-4000-8000-000000000001"
SECRET = "00000000-0000-4000-8000-000000000002"
CHAP = {"user": "u&<", "secret": SECRET}
IQN = "iqn.2026-11.org.example:a"

EXAMPLES: dict[str, dict[str, Any]] = {
    "dir": {"target": "/srv/-rf $(id) ü"},
    "fs": {"devices": ["/dev/sdb1"], "source_format": "ext4", "target": "/mnt/a"},
    "netfs": {"hosts": ["nas"], "directory": "/export <&>", "source_format": "nfs", "target": "/mnt/b"},
    "logical": {"source_name": "vg0", "devices": ["/dev/sdb", "/dev/sdc"]},
    "disk": {"devices": ["/dev/sdb"], "source_format": "gpt"},
    "iscsi": {"hosts": ["nas:3261"], "devices": [IQN], "initiator": IQN, **CHAP},
    "iscsi-direct": {"hosts": ["[::1]:3260"], "devices": [IQN], "initiator": IQN},
    "scsi": {"adapter": "scsi_host3"},
    "mpath": {},
    "rbd": {"hosts": ["mon1:6789", "mon2"], "source_name": "vms", **CHAP},
    "sheepdog": {"hosts": ["::1"], "source_name": "vms"},
    "gluster": {"hosts": ["g1"], "directory": "/sub", "source_name": "vol"},
    "zfs": {"source_name": "tank/vms"},
    "vstorage": {"source_name": "cluster", "target": "/mnt/c"},
}
"""A pool of every type."""


def built(kind: str, params: dict[str, Any], name: str = "-rf <&> $(id)") -> Element:
    return parse(pool_xml(KEY, name, kind, checked_source({"name": name, "pool_type": kind, **params})))


def test_there_is_an_example_of_every_type() -> None:
    assert set(EXAMPLES) == set(TYPES)
    in_libvirt = {name for name in dir(libvirt) if name.startswith("VIR_CONNECT_LIST_STORAGE_POOLS_")}
    types = {name.removeprefix("VIR_CONNECT_LIST_STORAGE_POOLS_").lower().replace("_", "-") for name in in_libvirt}
    others = {"active", "inactive", "persistent", "transient", "autostart", "no-autostart"}
    assert types - others == set(TYPES), "the types that libvirt has a filter for"


@pytest.mark.parametrize("kind", TYPES)
def test_libvirt_takes_a_pool_of_every_type_and_gives_it_back(kind: str) -> None:
    connection = libvirt.open("test:///default")
    try:
        try:
            pool = connection.storagePoolDefineXML(
                pool_xml(KEY, "x", kind, checked_source({"pool_type": kind} | EXAMPLES[kind]))
            )
        except libvirt.libvirtError as error:
            assert kind == "sheepdog", error
            return
        said = parse(pool.XMLDesc())
        pool.undefine()
    finally:
        connection.close()
    mine = built(kind, EXAMPLES[kind], "x")
    assert said.get("type") == kind
    for path in ("name", "uuid", "source/name", "target/path"):
        assert said.findtext(path, "") == mine.findtext(path, said.findtext(path, ""))
    for path, attribute in (
        ("source/host", "name"),
        ("source/host", "port"),
        ("source/dir", "path"),
        ("source/device", "path"),
        ("source/adapter", "name"),
        ("source/initiator/iqn", "name"),
        ("source/auth", "username"),
        ("source/auth/secret", "uuid"),
    ):
        wanted = [element.get(attribute) for element in mine.iterfind(path)]
        assert [element.get(attribute) for element in said.iterfind(path)] == wanted, (path, attribute)


def test_a_host_may_have_a_port_and_be_an_address() -> None:
    hosts = ["a", "a:1", "::1", "[::1]", "[::1]:2", "a:"]
    source = built("rbd", {"hosts": hosts, "source_name": "p"})
    found = [(host.get("name"), host.get("port")) for host in source.iterfind("source/host")]
    assert found == [("a", None), ("a", "1"), ("::1", None), ("::1", None), ("::1", "2"), ("a:", None)]


@pytest.mark.parametrize(
    ("kind", "params", "said"),
    [
        ("dir", {}, "attribute 'target': a pool of type dir needs it"),
        ("dir", {"target": "x"}, "must be a path"),
        ("dir", {"target": "/a\nb"}, "one line"),
        ("dir", {"target": "/x", "hosts": ["h"]}, "attribute 'hosts': a pool of type dir has none"),
        ("iscsi", {**EXAMPLES["iscsi"], "secret": ""}, "go together"),
        ("rbd", {"hosts": ["h"] * (LIST_MAX + 1), "source_name": "p"}, "more than"),
        ("tape", {}, "must be one of dir, "),
    ],
)
def test_what_a_type_needs_or_has_not_is_said(kind: str, params: dict[str, Any], said: str) -> None:
    with pytest.raises(Problem, match=f"protocol-error: .*{said}"):
        built(kind, params)
