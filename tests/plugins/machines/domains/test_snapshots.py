from xml.etree.ElementTree import fromstring

import pytest

from bridge.protocol import Problem
from plugins.machines.domains.snapshots import memory_file, snapshot_xml

DISKS = """<domain><devices><disk type='file'><source file='/cd.iso'/><readonly/></disk>
<disk type='file'><source file='/pool/a b.qcow2'/></disk></devices></domain>"""


def test_a_snapshots_xml_is_built_and_not_written() -> None:
    root = fromstring(snapshot_xml("<x> & 'y'", "</description><z/>"))
    assert [element.text for element in root] == ["<x> & 'y'", "</description><z/>"]
    assert snapshot_xml("", "") == "<domainsnapshot />"


def test_the_memory_is_kept_beside_the_first_disk_under_a_plain_name() -> None:
    domain = fromstring(DISKS)
    assert memory_file(domain, "KEY", "../-rf $(id) ü") == "/pool/KEY-rfid.mem"
    assert memory_file(domain, "KEY", "../") == "/pool/KEY-snapshot.mem"
    with pytest.raises(Problem, match="not-supported"):
        memory_file(fromstring("<domain/>"), "KEY", "x")
