from xml.etree.ElementTree import fromstring

import pytest

from bridge.protocol import Problem
from plugins.machines.provider import Kind
from plugins.machines.state.libvirt_xml import XML_MAX, parse, row, size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<a>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a>" + " " * XML_MAX + "</a>",
    ],
)
def test_what_is_no_document_of_libvirts_is_refused(text: str) -> None:
    with pytest.raises(Problem, match=r"internal-error: libvirt's XML"):
        parse(text)


@pytest.mark.parametrize(
    ("xml", "count"),
    [
        ("<c>5</c>", 5),
        ("<c unit='KiB'>2</c>", 2048),
        ("<c unit='GB'>1</c>", 10**9),
        ("<c unit='parsec'>1</c>", None),
        ("<c>-1</c>", None),
        ("<c/>", None),
        (f"<c>{'9' * 5000}</c>", None),
    ],
)
def test_sizes_are_bytes(xml: str, count: int | None) -> None:
    assert size(fromstring(xml)) == count


def test_a_pool() -> None:
    xml = """<pool type='netfs'><name>p</name><capacity unit='KiB'>4</capacity><allocation>1</allocation>
    <available>3</available><source><host name='nas'/><dir path='/export'/></source>
    <target><path>/mnt</path></target></pool>"""
    assert row(Kind.POOL, xml) == {
        "name": "p",
        "type": "netfs",
        "capacity": 4096,
        "allocation": 1,
        "available": 3,
        "path": "/mnt",
        "source": "nas",
    }


def test_a_volume() -> None:
    xml = """<volume type='file'><name>v</name><capacity>9</capacity><allocation>0</allocation>
    <target><path>/p/v</path><format type='qcow2'/></target>
    <backingStore><path>/p/base</path></backingStore></volume>"""
    assert row(Kind.VOLUME, xml) == {
        "name": "v",
        "type": "file",
        "capacity": 9,
        "allocation": 0,
        "path": "/p/v",
        "format": "qcow2",
        "backing": "/p/base",
    }


@pytest.mark.parametrize(
    ("forward", "mode"),
    [("", "isolated"), ("<forward/>", "nat"), ("<forward mode='route' dev='eth0'/>", "route")],
)
def test_a_network(forward: str, mode: str) -> None:
    xml = f"""<network><name>n</name>{forward}<bridge name='virbr0'/><domain name='lan'/>
    <ip address='192.0.2.1' netmask='255.255.255.0'><dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp></ip>
    <ip family='ipv6' address='2001:db8::1' prefix='64'/></network>"""
    assert row(Kind.NETWORK, xml) == {
        "name": "n",
        "mode": mode,
        "bridge": "virbr0",
        "domain": "lan",
        "addresses": ["192.0.2.1/24", "2001:db8::1/64"],
        "dhcp": True,
    } | ({"device": "eth0"} if mode == "route" else {})


def test_devices() -> None:
    pci = """<device><name>pci_0000_41_00_0</name><parent>computer</parent><driver><name>vfio-pci</name></driver>
    <capability type='pci'><domain>0</domain><bus>65</bus><slot>0</slot><function>0</function>
    <product id='0x1db6'>V100</product><vendor id='0x10de'>NVIDIA</vendor>
    <iommuGroup number='7'/></capability></device>"""
    assert row(Kind.DEVICE, pci) == {
        "name": "pci_0000_41_00_0",
        "parent": "computer",
        "type": "pci",
        "driver": "vfio-pci",
        "product": "V100",
        "vendor": "NVIDIA",
        "product_id": "0x1db6",
        "vendor_id": "0x10de",
        "address": "0000:41:00.0",
        "iommu_group": "7",
    }
    usb = "<device><name>usb</name><capability type='usb_device'><bus>1</bus><device>4</device></capability></device>"
    assert row(Kind.DEVICE, usb) == {"name": "usb", "type": "usb_device", "address": "1.4"}
    assert row(Kind.DEVICE, "<device><name>odd</name></device>") == {"name": "odd"}
    for function in ("0x0", "-", ""):
        odd = f"<device><name>d</name><capability type='pci'><function>{function}</function></capability></device>"
        assert row(Kind.DEVICE, odd)["name"] == "d"
