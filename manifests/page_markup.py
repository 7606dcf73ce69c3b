"""What an HTML page says that a browser, under the policy of pages, will not do."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple

SIZE_MAX = 256 * 1024
"""Characters of a page that are looked at."""
TAGS_MAX = 1000
"""Tags of a page that are looked at: the parser's time for broken ones grows with the square of their number."""
_ALWAYS_THERE = ("po.js", "po.manifest.js")
"""Translations: the answer is empty where there is no file."""
_SOURCES = {"script": "src", "link": "href", "img": "src"}


class Finding(NamedTuple):
    """A `sentence` about a line; `file` is the path of a file that the page needs, empty for what is wrong anyway."""

    line: int
    sentence: str
    file: str = ""


def look_at(markup: str, *, inline: bool) -> list[Finding]:
    """What is to be said of a page. `inline`: its policy allows scripts and styles in the page itself."""
    page = _Page(inline=inline)
    page.feed("<".join(markup[:SIZE_MAX].split("<", TAGS_MAX + 1)[: TAGS_MAX + 1]))
    page.close()
    return page.findings


class _Page(HTMLParser):
    def __init__(self, *, inline: bool) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self._inline = inline
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes: Mapping[str, str | None] = dict(attrs)
        self._in_script = tag == "script" and "src" not in attributes
        if not self._inline:
            self._look_at_inline(tag, attributes)
        source = attributes.get(_SOURCES.get(tag, "")) or ""
        path = source.partition("?")[0].partition("#")[0]
        if path and path not in _ALWAYS_THERE and not path.startswith(("/", "../", "data:")) and "://" not in path:
            self._find(f"there is no file {path!r} in the folder", path.removeprefix("./"))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip() and not self._inline:
            self._find('a script in the page itself is not run: put it into a file, and name it by <script src="FILE">')
            self._in_script = False

    def _look_at_inline(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        for name in attributes:
            if name.startswith("on"):
                self._find(f"the attribute {name!r} is not run: call addEventListener from a script's file")
            elif name == "style":
                self._find("the attribute 'style' does not count: put it into a file, and name it by <link>")
        if tag == "style":
            self._find('a style in the page itself does not count: put it into a file, <link rel="stylesheet" href=…>')

    def _find(self, sentence: str, file: str = "") -> None:
        self.findings.append(Finding(self.getpos()[0], sentence, file))
