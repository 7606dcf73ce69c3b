"""What the console keeps in a domain's own metadata: tags and notes, in one element of a namespace of ours.

So they travel with the domain, and another console sees the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import Problem

NAMESPACE = "urn:pilothouse:machine:1"
PREFIX = "pilothouse"

TAGS_MAX, TAG_LENGTH_MAX = 32, 64
TEXT_MAX = 32_000
"""Characters of a description or of notes."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Tags, sorted and each once, and notes."""

    tags: tuple[str, ...] = ()
    notes: str = ""

    @classmethod
    def of(cls, domain: Element) -> Self:
        """Those of a `<domain>`; what is beyond the bounds was not written by us and is left out."""
        element = domain.find(f"metadata/{{{NAMESPACE}}}machine")
        if element is None:
            return cls()
        tags = {(tag.text or "").strip() for tag in element.iterfind(f"{{{NAMESPACE}}}tag")}
        fitting = sorted(tag for tag in tags if 0 < len(tag) <= TAG_LENGTH_MAX)[:TAGS_MAX]
        return cls(tuple(fitting), (element.findtext(f"{{{NAMESPACE}}}notes") or "")[:TEXT_MAX])

    def with_tags(self, tags: Sequence[str]) -> Self:
        """These tags instead; Problem `protocol-error` for too many, or for what is no tag."""
        wanted = {checked_line(tag, "tags", TAG_LENGTH_MAX) for tag in tags}
        if len(wanted) > TAGS_MAX or "" in wanted:
            raise Problem("protocol-error", f"attribute 'tags': must be at most {TAGS_MAX}, none of them empty")
        return replace(self, tags=tuple(sorted(wanted)))

    def with_notes(self, notes: str) -> Self:
        """These notes instead; Problem `protocol-error` for what XML cannot hold."""
        return replace(self, notes=checked_text(notes, "notes"))

    def as_xml(self) -> str:
        """The element as `virDomainSetMetadata` takes it, in ASCII and on one line; empty where there is nothing."""
        if not self.tags and not self.notes:
            return ""
        element = Element("machine")
        for tag in self.tags:
            SubElement(element, "tag").text = tag
        if self.notes:
            SubElement(element, "notes").text = self.notes
        xml: bytes = tostring(element, encoding="us-ascii")
        return xml.decode().replace("\n", "&#10;").replace("\t", "&#9;")


def checked_line(text: str, name: str, longest: int) -> str:
    """`text` without blanks at its ends, where it is one printable line."""
    line = text.strip()
    if len(line) > longest or not line.isprintable():
        raise Problem("protocol-error", f"attribute '{name}': must be one line of at most {longest} characters")
    return line


def checked_text(text: str, name: str) -> str:
    """`text` with `\\n` as the end of lines, where XML can hold it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    fits = all(character in "\n\t" or (character >= " " and _is_character(character)) for character in lines)
    if len(lines) > TEXT_MAX or not fits:
        raise Problem("protocol-error", f"attribute '{name}': must be text of at most {TEXT_MAX} characters")
    return lines


def _is_character(character: str) -> bool:
    return not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff"
