"""The grammar of manifest.json. schema.json says the same for editors; a test holds the two together."""

from typing import Any

from manifests.shapes import (
    Shape,
    any_object,
    anything,
    between,
    flag,
    is_number,
    list_of,
    map_of,
    member,
    number,
    record,
    text,
)

NAME = "[A-Za-z0-9_-]{1,64}"

_string = text()
_argument = text(r"[^\0]*", "a string without NUL", "strings")
_variable = text(r"[^=\0]+=[^\0]*", 'a string of the form "NAME=value"', 'strings of the form "NAME=value"')
_policy = text(r"[ -~]*", "one line of printable ASCII")
_version = text(r"[0-9]{1,9}(\.[0-9]{1,9}){0,9}", 'a version such as "330" or "330.1"', "versions")
_name = text(NAME, "a name of letters, digits, _ and - (at most 64)", "names of letters, digits, _ and -")
_module = text(
    r"[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63}){0,9}", "a module's name: identifiers joined by dots"
)

_memory = between(64, 1024 * 1024, "a number of MiB from 64 to 1048576")

_docs = list_of(record({"label": _string, "url": _string}, required=("label", "url")))
_keyword = record(
    {"matches": list_of(_string), "goto": _string, "weight": number, "translate": flag}, required=("matches",)
)
_entry = record({"label": _string, "path": _string, "order": number, "docs": _docs, "keywords": list_of(_keyword)})
_entries = map_of(_entry, key=_name)


def _check_condition(value: Any, path: str, mistakes: list[str]) -> None:
    if type(value) is not dict or len(value) != 1:
        mistakes.append(f"{path}: must be an object with one member")
        return
    ((predicate, argument),) = value.items()
    shape = {"any": _conditions, "path-exists": _argument, "path-not-exists": _argument}.get(predicate, anything)
    shape.check(argument, member(path, predicate), mistakes)


_conditions = list_of(Shape("a condition", "conditions", _check_condition))


def _check_version(value: Any, path: str, mistakes: list[str]) -> None:
    if type(value) is not str and not is_number(value):
        mistakes.append(f"{path}: must be a string or a number")


_bridge = record(
    {
        "match": any_object,
        "spawn": list_of(_argument, least=1),
        "environ": list_of(_variable),
        "privileged": flag,
        "label": _string,
        "problem": _string,
        "timeout": number,
    }
)

MANIFEST = record(
    {
        "$schema": _string,
        ".checksum": _string,
        "name": _name,
        "version": Shape("a string or a number", "strings or numbers", _check_version),
        "priority": number,
        "requires": map_of(_version),
        "conditions": _conditions,
        "content-security-policy": _policy,
        "bridges": list_of(_bridge),
        "backend": record(
            {"module": _module, "payloads": list_of(_name, least=1), "memory": _memory}, required=("module", "payloads")
        ),
        "menu": _entries,
        "tools": _entries,
        "dashboard": _entries,
        "preload": list_of(_string),
        "prestart": list_of(_name),
        "parent": record({"component": _string, "docs": _docs}),
        "locales": map_of(_string),
        "docs": _docs,
        "config": any_object,
    }
)
