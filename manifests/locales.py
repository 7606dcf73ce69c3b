"""Accept-Language (RFC 9110, 12.5.4) as names of translations: `pt-BR, de;q=0.5` is pt_BR, pt, de."""

import re

LANGUAGES_MAX = 32
"""Languages looked at in one header."""

_RANGE = re.compile(r"\s*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


def locales(accept_language: str) -> list[str]:
    """The translations to try, best first. English ends the list, because it is what everything is written in."""
    found: dict[str, None] = {}
    for language in _by_weight(accept_language):
        candidates = _candidates(language)
        found.update(dict.fromkeys(candidates))
        if candidates[-1] == "en":
            del found["en"]
            break
    return list(found)


def _by_weight(header: str) -> list[str]:
    weighted = []
    for item in header.split(",")[:LANGUAGES_MAX]:
        match = _RANGE.fullmatch(item)
        weight = float(match[2] or 1) if match else 0
        if match and weight > 0:
            weighted.append((weight, match[1]))
    return [language for _, language in sorted(weighted, key=lambda pair: -pair[0])]


def _candidates(language: str) -> list[str]:
    """The language with its region, if it has one, and alone; scripts and variants are in no translation's name."""
    first, *rest = language.split("-")
    region = next((part for part in rest if re.fullmatch(r"[A-Za-z]{2}|[0-9]{3}", part)), None)
    base = first.lower()
    return [f"{base}_{region.upper()}", base] if region else [base]
