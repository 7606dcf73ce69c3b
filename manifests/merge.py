"""JSON merge patches (RFC 7396): one object changes another; null removes a member; all else replaces.

Values are what `json` reads. Results share what did not change with the arguments, which are never modified.
"""

from typing import Any


def apply(target: Any, patch: Any) -> Any:
    """What `target` becomes by `patch`."""
    if type(patch) is not dict:
        return patch
    result = dict(target) if type(target) is dict else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif type(value) is dict:
            result[key] = apply(result.get(key), value)
        else:
            result[key] = value
    return result


def diff(old: Any, new: Any) -> Any:
    """The patch that makes `old` into `new`: `apply(old, diff(old, new)) == new`.

    Neither may hold a null as an object's member, because a patch cannot say that. Between equal objects it is `{}`.
    What the two share, as results of `apply` do with their arguments, is not looked into.
    """
    if type(old) is not dict or type(new) is not dict:
        return new
    patch: dict[str, Any] = dict.fromkeys(key for key in old if key not in new)
    for key, value in new.items():
        if key not in old:
            patch[key] = value
            continue
        before = old[key]
        if before is value:
            continue
        if type(before) is dict and type(value) is dict:
            inner = diff(before, value)
            if inner:
                patch[key] = inner
        elif not _same(before, value):
            patch[key] = value
    return patch


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal as JSON, where `1` and `true` are not."""
    if one is other:
        return True
    if type(one) is dict and type(other) is dict:
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if type(one) is list and type(other) is list:
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) and (type(one) is bool) is (type(other) is bool)
