"""Snapshots to be made: internal ones, and external ones of the disks with or without the memory."""

import posixpath
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import Problem
from plugins.machines.domains.definitions import checked_name
from plugins.machines.domains.domain_xml import disk_sources
from plugins.machines.domains.metadata import checked_text
from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.libvirt_errors import gone
from plugins.machines.providers.long_calls import Report, ignored, to_its_end
from plugins.machines.state.libvirt_xml import attribute, parse

_SUFFIX = 40
"""Characters of a snapshot's name that its memory's file is named after."""


def snapshot_xml(name: str, description: str) -> str:
    """The XML to make an internal snapshot from; without a name libvirt gives it one."""
    return tostring(_snapshot(name, description), encoding="unicode")


async def take(provider: Provider, key: str, xml: str, report: Report, *, disk_only: bool = False) -> None:
    """Have the snapshot taken that `xml` says; cancelled, libvirt is asked to abort what it writes of the memory."""
    await to_its_end(
        provider.act(Method.SNAPSHOT_CREATE, key, xml=xml, disk_only=disk_only),
        report=report,
        text=parse(xml).findtext("name") or "",
        look=lambda: provider.job_progress(key),
        stop=lambda: provider.abort_job(key),
    )


async def create_external(
    provider: Provider, key: str, name: str, description: str, *, memory: bool, report: Report = ignored
) -> None:
    """Take an external snapshot: the disks go on in new files beside the old ones.

    `memory` saves the memory of a running domain beside its first disk. Read-only disks and empty drives are left out.
    """
    domains = await provider.domains([key])
    described = await provider.describe(Kind.DOMAIN, [key])
    if key not in domains or key not in described:
        raise gone(Kind.DOMAIN, key)
    root = parse(described[key])
    snapshot = _snapshot(checked_name(name), description)
    with_memory = memory and domains[key].state != "shut off"
    if with_memory:
        SubElement(snapshot, "memory", snapshot="external", file=memory_file(root, key, name))
    disks = SubElement(snapshot, "disks")
    sources = dict(disk_sources(root))
    for disk in root.iterfind("devices/disk"):
        target = attribute(disk, "target", "dev") or ""
        kept = target in sources and disk.find("readonly") is None
        SubElement(disks, "disk", name=target, snapshot="external" if kept else "no")
    xml = tostring(snapshot, encoding="unicode")
    await take(provider, key, xml, report, disk_only=not with_memory)


def memory_file(root: Element, key: str, name: str) -> str:
    """Where the memory goes: a file beside the first disk that is one, named by UUID and what is plain in `name`."""
    for disk in root.iterfind("devices/disk[@type='file']"):
        place = attribute(disk, "source", "file")
        if place and disk.find("readonly") is None:
            plain = "".join(each for each in name if each.isascii() and each.isalnum())[:_SUFFIX]
            return posixpath.join(posixpath.dirname(place), f"{key}-{plain or 'snapshot'}.mem")
    raise Problem("not-supported", "None of its disks is a file, beside which its memory could be kept")


def _snapshot(name: str, description: str) -> Element:
    root = Element("domainsnapshot")
    if name:
        SubElement(root, "name").text = checked_name(name)
    if description:
        SubElement(root, "description").text = checked_text(description, "description")
    return root
