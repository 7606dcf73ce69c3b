"""Which language a browser's person wants (reference 4.3): by the `CockpitLang` cookie, else by `Accept-Language`."""

import re
from collections.abc import Container

SOURCE = "en"
"""The language that texts are written in."""
WANTED_MAX = 20
"""Languages of a header that are looked at."""
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?")


def choose(cookie: str, header: str, known: Container[str]) -> str:
    """One of `known`, such as `de` or `pt_BR`, or `en`."""
    for wanted in [cookie] if cookie else _in_order(header):
        match = _LANGUAGE.fullmatch(wanted.strip())
        if match is None:
            continue
        language = match[1].lower()
        for name in (f"{language}_{match[2].upper()}" if match[2] else "", language):
            if name == SOURCE or name in known:
                return name
    return SOURCE


def _in_order(header: str) -> list[str]:
    weighed = []
    for piece in header.split(",")[:WANTED_MAX]:
        name, _, parameter = piece.partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter)
        weighed.append((-float(weight[1]) if weight else -1.0, name))
    return [name for _, name in sorted(weighed, key=lambda pair: pair[0])]
