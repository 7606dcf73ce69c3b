"""A domain's stored definition: changed as a person edits it, or for one start."""

from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import Problem
from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.libvirt_errors import UNSUPPORTED, gone
from plugins.machines.state.libvirt_xml import parse

NAME_MAX = 255
MENU_TIME = 10_000
"""Milliseconds that the boot menu waits for a key."""


def checked_name(name: str) -> str:
    """A name that a domain can be given; what it says is libvirt's matter. Problem `protocol-error` for no name."""
    if not name or len(name) > NAME_MAX or "/" in name or not name.isprintable():
        raise Problem("protocol-error", f"attribute 'name': must be 1 to {NAME_MAX} printable characters without /")
    return name


async def redefine(provider: Provider, key: str, xml: str) -> None:
    """Define the domain as `xml` says, validated by libvirt; what runs is not touched.

    Problem `not-found` where it is gone, so that nothing comes into being that was deleted meanwhile, and
    `protocol-error` for what is no XML, or of another domain.
    """
    try:
        root = parse(xml)
    except Problem as problem:
        raise Problem("protocol-error", problem.message.replace("libvirt's XML", "The XML")) from None
    if root.tag != "domain":
        raise Problem("protocol-error", f"The XML is not of a domain but of “{root.tag}”")
    if (root.findtext("uuid") or "").strip().lower() != key:
        raise Problem("protocol-error", f"The XML must keep the UUID of this machine: {key}")
    await _check(provider, key)
    await provider.define(xml, validate=True)


async def start_with_menu(provider: Provider, key: str) -> None:
    """Start it with the firmware's boot menu; the stored definition is as it was afterwards."""
    await _check(provider, key)
    stored = await provider.definition(key)
    await provider.define(_with_menu(stored), validate=False)
    try:
        await provider.act(Method.START, key)
    finally:
        await provider.define(stored, validate=False)


async def stored_xml(provider: Provider, kind: Kind, key: str) -> str:
    """What the next start of an object will use; empty where it is gone, or the driver does not tell."""
    try:
        return (await provider.describe(kind, [key], inactive=True)).get(key, "")
    except Problem as problem:
        if problem.extra.get("libvirt", {}).get("code") not in UNSUPPORTED:
            raise
        return ""


def _with_menu(xml: str) -> str:
    root = parse(xml)
    system = root.find("os")
    if system is None:
        raise Problem("not-supported", "This machine has no firmware, and so no boot menu")
    menu = system.find("bootmenu")
    menu = SubElement(system, "bootmenu") if menu is None else menu
    menu.set("enable", "yes")
    menu.set("timeout", str(MENU_TIME))
    return _text(root)


def _text(root: Element) -> str:
    return tostring(root, encoding="unicode")


async def _check(provider: Provider, key: str) -> None:
    domains = await provider.domains([key])
    if key not in domains:
        raise gone(Kind.DOMAIN, key)
    if not domains[key].persistent:
        raise Problem("not-supported", "A temporary machine has no stored definition")
