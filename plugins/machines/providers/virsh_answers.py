"""What virsh prints, read; no I/O. Nothing of it is a table where a plainer form exists."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from plugins.machines.history import figures

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID_LENGTH = 36

_NUMBERED = frozenset({*figures.SUMMARY, *figures.COUNTERS})
_BALLOON = "balloon."
_DOMAIN = "\nDomain: '"
_MEMBER = re.compile(r"  [a-z][A-Za-z0-9._-]*")
_STATE_WORDS = ("no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended")
"""virsh's own words for virDomainState, in its order."""


def uuids(output: str) -> set[str]:
    """The UUIDs of `list --uuid` and its likes, one a line."""
    return {line for line in map(str.strip, output.splitlines()) if _UUID.fullmatch(line)}


def names(output: str) -> dict[str, str]:
    """The UUID of each name that `list --uuid --name` prints: `UUID NAME` a line, whatever the name is."""
    found = {}
    for line in output.split("\n"):
        if _UUID.fullmatch(line[:_UUID_LENGTH]) and line[_UUID_LENGTH : _UUID_LENGTH + 1] == " ":
            found[line[_UUID_LENGTH + 1 :]] = line[:_UUID_LENGTH]
    return found


def lines(output: str) -> list[str]:
    """The lines that hold something."""
    return [line for line in output.split("\n") if line.strip()]


def stats(output: str) -> Iterator[tuple[str, dict[str, int]]]:
    """The name and the statistics of each domain that `domstats` prints, as far as nobody else can have written them.

    The path of a disk may hold line breaks, and so all that virsh prints of another domain. So one that is told of
    twice is left out, and one with a line of another form than its own has, or with a member twice.
    """
    records = f"\n{output}".split(_DOMAIN)[1:]
    told = [(head.removesuffix("'"), _members(head, rest)) for head, *rest in (each.split("\n") for each in records)]
    times = Counter(name for name, _ in told)
    for name, found in told:
        if found is not None and times[name] == 1:
            yield name, found


def _members(head: str, rest: list[str]) -> dict[str, int] | None:
    """The numbers of one domain; None where a line has another form than virsh gives it. Empty ones end it."""
    while rest and not rest[-1]:
        rest.pop()
    found: dict[str, int] = {}
    seen = set()
    for line in rest:
        member, _, value = line.partition("=")
        if member in seen or not _MEMBER.fullmatch(member):
            return None
        seen.add(member)
        name = member[2:]
        if value.isdecimal() and (name in _NUMBERED or name.startswith(_BALLOON) or figures.is_counted(name)):
            found[name] = int(value)
    return found if head.endswith("'") else None


def pairs(output: str) -> dict[str, str]:
    """What `dominfo` and `nodeinfo` print: `Name: value` a line."""
    split = (line.partition(":") for line in output.split("\n"))
    return {name.strip(): value.strip() for name, _, value in split if value}


def info_stats(info: Mapping[str, str]) -> dict[str, int]:
    """The statistics that `dominfo` has; it says no reason."""
    word = info.get("State", "")
    return {
        "state.state": _STATE_WORDS.index(word) if word in _STATE_WORDS else 0,
        "state.reason": 0,
        "vcpu.current": _number(info.get("CPU(s)", "")),
        "balloon.maximum": _number(info.get("Max memory", "")),
        "balloon.current": _number(info.get("Used memory", "")),
        "cpu.time": int(float(info.get("CPU time", "0").removesuffix("s")) * 1e9),
    }


def _number(text: str) -> int:
    """The number that a text such as `65536 KiB` begins with."""
    first = text.partition(" ")[0]
    return int(first) if first.isdecimal() else 0


def host(info: Mapping[str, str]) -> dict[str, int | str]:
    """The facts that `nodeinfo` has."""
    facts = {"cpus": _number(info.get("CPU(s)", "")), "memory": _number(info.get("Memory size", "")) * figures.KIB}
    return {name: value for name, value in facts.items() if value} | (
        {"model": info["CPU model"]} if info.get("CPU model") else {}
    )


def addresses(output: str) -> list[str]:
    """The addresses of `domifaddr`: the last field of a line is `ADDRESS/PREFIX`."""
    fields = (line.split() for line in output.split("\n"))
    return [line[-1].partition("/")[0] for line in fields if len(line) >= 4 and line[-2] in ("ipv4", "ipv6")]


def volume_names(output: str) -> list[str]:
    """The names in `vol-list`, a table of name and path, for which there is no plainer form.

    Names may hold any blanks: the column ends where what follows is the path of that name.
    """
    return [name for line in lines(output) if (name := _volume_name(line[1:]))]


def _volume_name(line: str) -> str:
    ends = [match.start() for match in re.finditer(" {3,}(?=[^ ])", line)]
    for end in ends:
        if line[end:].strip().endswith("/" + line[:end]):
            return line[:end]
    return line[: ends[0]] if ends else line.strip()


def changed_domain(line: str, known: Mapping[str, str]) -> str | None:
    """The UUID that a line of `event` is about, by the names `known`; empty if that is unclear, None if no event."""
    start = re.match(r"event '[a-z-]+' for domain '", line)
    if start is None:
        return None
    rest = line[start.end() :]
    cuts = [match.start() for match in re.finditer(r"'(?=: |$)", rest)]
    found = {known[rest[:cut]] for cut in cuts if rest[:cut] in known}
    return found.pop() if len(found) == 1 else ""
