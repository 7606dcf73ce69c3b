"""What virsh prints, read; no I/O. Nothing of it is a table where a plainer form exists."""

import re
from collections.abc import Iterator, Mapping

from plugins.machines.history import figures

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID_LENGTH = 36

_NUMBERED = frozenset({*figures.SUMMARY, *figures.COUNTERS})
_BALLOON = "balloon."
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
    """The name and the statistics of each domain that `domstats` prints."""
    name: str | None = None
    found: dict[str, int] = {}
    for line in output.split("\n"):
        if line.startswith("Domain: '") and line.endswith("'"):
            if name is not None:
                yield name, found
            name, found = line[len("Domain: '") : -1], {}
            continue
        member, _, value = line.strip().partition("=")
        if not value.isdecimal():
            continue
        if member in _NUMBERED or member.startswith(_BALLOON) or figures.is_counted(member):
            found[member] = int(value)
    if name is not None:
        yield name, found


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
