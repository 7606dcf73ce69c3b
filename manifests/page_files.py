"""Which stored files answer for the path of a page's file (reference 5.4)."""

from collections.abc import Iterator

_PLACES = ("", "dist/")


def stored_names(path: str) -> Iterator[tuple[str, bool]]:
    """Paths in a package's folder that answer for `path`, the first that is there counts, and whether each is gzip.

    The folder itself comes before its `dist`. `x.js` is answered by `x.js`, `x.js.gz`, `x.min.js` or `x.min.js.gz`.
    The names come without the `.gz` of those that are gzip.
    """
    for place in _PLACES:
        for name in _variants(place + path):
            yield name, False
            yield name, True


def _variants(path: str) -> Iterator[str]:
    yield path
    stem, dot, extension = path.rpartition(".")
    if dot and extension in ("js", "css", "html") and not stem.endswith(".min"):
        yield f"{stem}.min.{extension}"
