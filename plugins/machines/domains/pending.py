"""What of a domain changes when it is restarted: a diff of the XML of what runs and of what the next start will use.

It knows no device and no setting: what both documents have is compared, child by child and attribute by attribute. What
it leaves out is what libvirt writes of a running domain alone, or changes in one without a restart.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, tostring

from bridge.protocol import JsonObject
from plugins.machines.state.libvirt_xml import attribute, filled

PENDING_MAX = 100
"""Differences that are told: with more, restarting it is no longer a matter of reading them."""
SHOWN_MAX = 300
"""Characters of an element that is shown whole."""

_WITHOUT_RESTART = frozenset({"name", "title", "description", "metadata", "currentMemory", "seclabel", "resource"})
"""Children of the domain that need no restart, or that libvirt fills in at every start."""
_RUNTIME = frozenset({"alias", "backingStore", "mirror", "privateData", "transient"})
"""Elements of a running domain alone, wherever they are."""
_RUNTIME_ATTRIBUTES = {
    "domain": frozenset({"id"}),
    "network": frozenset({"connections"}),
    "interface": frozenset({"connections"}),
    "pf": frozenset({"connections"}),
    "cpu": frozenset({"check"}),
    "source": frozenset({"index", "portid", "bridge", "startupPolicy"}),
    "console": frozenset({"tty"}),
    "serial": frozenset({"tty"}),
    "channel": frozenset({"tty"}),
    "target": frozenset({"state"}),
}
_GENERATED = {
    ("graphics", "port"): ("autoport", "yes"),
    ("graphics", "tlsPort"): ("autoport", "yes"),
    ("graphics", "websocket"): ("websocket", "-1"),
}
"""Attributes that are filled in at the start where the element's other attribute says so in the stored document."""
_ONE_SIDED = {("graphics", "listen"), ("listen", "address"), ("driver", "type")}
"""Attributes that one document may have alone: where to listen, and the format of a drive without a medium."""
_MARKS = (("mac", "address"), ("target", "dev"), ("target", "name"), ("target", "port"))


def pending(live: Element, config: Element) -> JsonObject:
    """The differences by the place of what differs (`devices/disk vda/driver@cache`).

    Each has `order`, and `live` and `config`, of which the one is missing where there is nothing.
    """
    found: JsonObject = {}
    for order, (place, now, then) in enumerate(_differences(live, config, "")):
        if order == PENDING_MAX:
            break
        found[place] = {"order": order} | filled(live=now, config=then)
    return found


def _differences(live: Element, config: Element, place: str) -> Iterator[tuple[str, str, str]]:
    yield from _attributes(live, config, place)
    now, then = (live.text or "").strip(), (config.text or "").strip()
    if now != then and not len(live) and not len(config):
        yield place or live.tag, now, then
    mine, theirs = _children(live), _children(config)
    for name in dict.fromkeys((*theirs, *mine)):
        one, other = mine.get(name), theirs.get(name)
        below = f"{place}/{name}" if place else name
        if one is not None and other is not None:
            if not _is_filled_in(one, other):
                yield from _differences(one, other, below)
        elif other is not None:
            yield below, "", _text(other)
        elif one is not None and not _is_runtime(live, one, config):
            yield below, _text(one), ""


def _attributes(live: Element, config: Element, place: str) -> Iterator[tuple[str, str, str]]:
    runtime = _RUNTIME_ATTRIBUTES.get(live.tag, frozenset())
    for name in dict.fromkeys((*config.keys(), *live.keys())):
        now, then = live.get(name), config.get(name)
        other, value = _GENERATED.get((live.tag, name), ("", ""))
        is_one_sided = (live.tag, name) in _ONE_SIDED and None in (now, then)
        if now == then or name in runtime or is_one_sided or (other and config.get(other) == value):
            continue
        yield f"{place}@{name}" if place else f"@{name}", now or "", then or ""


def _children(element: Element) -> dict[str, Element]:
    """The children by what identifies them among those of one parent; equal ones are numbered."""
    children: dict[str, Element] = {}
    for child in element:
        if child.tag in _RUNTIME or (element.tag == "domain" and child.tag in _WITHOUT_RESTART):
            continue
        name = first = _identity(child)
        number = 1
        while name in children:
            number += 1
            name = f"{first} {number}"
        children[name] = child
    return children


def _identity(element: Element) -> str:
    for path, name in _MARKS:
        # A network interface's target is the name of the host's end, which is another at every start.
        if path != "target" or element.tag not in ("interface", "hostdev"):
            mark = attribute(element, path, name)
            if mark:
                return f"{element.tag} {mark}"
    mark = element.get({"controller": "index", "timer": "name", "feature": "name"}.get(element.tag, ""))
    kind = element.get("type") if element.tag in ("controller", "graphics", "input", "channel") else None
    return " ".join(filter(None, (element.tag, kind, mark)))


def _is_filled_in(live: Element, config: Element) -> bool:
    """Whether the stored document leaves this element to the start."""
    if live.tag == "cpu":
        return config.get("mode") in ("host-model", "host-passthrough", "maximum") and not len(config)
    if live.tag == "source":
        # The terminal's path, a network's bridge and port, and the socket that libvirt makes for a channel.
        return not config.keys() or (config.get("mode") == "bind" and not config.get("path"))
    return False


def _is_runtime(parent: Element, child: Element, config: Element) -> bool:
    """Whether what only the running domain has was made at its start."""
    if child.tag in ("target", "address") and parent.tag in (
        "interface",
        "hostdev",
        "memballoon",
        "channel",
        "forward",
    ):
        return True
    if child.tag in ("source", "listen", "model", "target"):
        return config.tag in ("serial", "console", "channel", "graphics")
    # `full`: libvirt wrote out every feature that the processor has.
    return child.tag == "cpu" or (parent.tag == "cpu" and parent.get("check") == "full")


def _text(element: Element) -> str:
    text = " ".join(tostring(element, encoding="unicode").split())
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"
