"""Translations as gettext's `.po` files have them (no plurals, no contexts: the login page needs neither)."""

import json
import re

_LINE = re.compile(r'(msgid|msgstr)?\s*("(?:[^"\\]|\\.)*")')


def parse_po(text: str) -> dict[str, str]:
    """What each text is in the file's language; texts that are not translated, or not surely (`fuzzy`), are left out.

    ValueError, with the line's number, for what is none of that.
    """
    found: dict[str, str] = {}
    entry = {"msgid": "", "msgstr": ""}
    current, is_fuzzy = "", False
    for number, raw in enumerate([*text.splitlines(), 'msgid ""'], 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        match = _LINE.fullmatch(line)
        if match is None or not (match[1] or current):
            raise ValueError(f"line {number} is neither msgid, nor msgstr, nor a text")
        if match[1] == "msgid":
            if entry["msgid"] and entry["msgstr"] and not entry.get("fuzzy"):
                found[entry["msgid"]] = entry["msgstr"]
            entry, is_fuzzy = {"msgid": "", "msgstr": "", "fuzzy": "yes" if is_fuzzy else ""}, False
        current = match[1] or current
        entry[current] += json.loads(match[2])
    return found
