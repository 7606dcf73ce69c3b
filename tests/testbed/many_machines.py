"""Many machines: an inventory for libvirt's test driver, as a file, or defined on a real libvirtd."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, register_namespace

import libvirt
from testbed.domain_xml import domain_xml

from plugins.machines.domains.metadata import NAMESPACE

_TEST = "http://libvirt.org/schemas/domain/test/1.0"
_RUNNING, _SHUT_OFF = "1", "5"
TAGS = ("web", "database", "a b", "ü")
"""Each machine has one of them, in turn."""

register_namespace("test", _TEST)


def name_of(number: int) -> str:
    """The name of one machine."""
    return f"machine-{number:04d}"


def uuid_of(number: int) -> str:
    """Its UUID."""
    return f"00000000-0000-4000-8000-{number:012d}"


def write_inventory(path: Path, count: int, *, running: int = 0) -> str:
    """Writes `count` machines, the first of them running; the URI."""
    node = Element("node")
    for number in range(count):
        domain = SubElement(node, "domain", type="test")
        SubElement(domain, f"{{{_TEST}}}runstate").text = _RUNNING if number < running else _SHUT_OFF
        SubElement(domain, "name").text = name_of(number)
        SubElement(domain, "uuid").text = uuid_of(number)
        SubElement(domain, "title").text = f"Machine number {number}"
        labels = SubElement(SubElement(domain, "metadata"), f"{{{NAMESPACE}}}machine")
        SubElement(labels, f"{{{NAMESPACE}}}tag").text = TAGS[number % len(TAGS)]
        SubElement(domain, "memory").text = str(65536 * (1 + number % 7))
        SubElement(domain, "vcpu").text = str(1 + number % 4)
        SubElement(SubElement(domain, "os"), "type").text = "hvm"
    ElementTree(node).write(path, encoding="utf-8")
    return f"test://{path}"


@contextmanager
def many_defined(uri: str, count: int) -> Iterator[dict[str, str]]:
    """Names by UUID of that many machines, which are there while it lasts; virsh would take a minute for them."""
    connection = libvirt.open(uri)
    try:
        defined = [connection.defineXML(domain_xml(name_of(number), uuid=uuid_of(number))) for number in range(count)]
        yield {domain.UUIDString(): domain.name() for domain in defined}
        for domain in connection.listAllDomains():
            domain.undefine()
    finally:
        connection.close()
