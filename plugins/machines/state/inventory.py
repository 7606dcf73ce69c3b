"""What is published of one connection, and who follows it; no I/O.

The state is what `libvirt1` publishes: `connection`, `capabilities`, `host`, `domains` and the other parts, each a map
of rows by key, and `followed`, by kind and key. Every change goes to the followers as a JSON merge patch (RFC 7396), at
once and in order; a change that changes nothing goes to nobody.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from bridge.protocol import JsonObject
from manifests import merge
from plugins.machines.provider import Kind

PIECE = 200
"""Rows in one patch of a load: the first rows do not wait for the last."""

PARTS = {
    Kind.DOMAIN: "domains",
    Kind.POOL: "pools",
    Kind.VOLUME: "volumes",
    Kind.NETWORK: "networks",
    Kind.DEVICE: "node_devices",
}
"""The part of the state that has the rows of a kind."""
HOST = "host"

Follower = Callable[[JsonObject], None]


class Inventory:
    """See the module."""

    def __init__(self) -> None:
        self.state: JsonObject = {"connection": {}, "capabilities": {}, HOST: {}, "followed": {}}
        """The published state; replaced at every change, never modified."""
        self.state |= {part: {} for part in PARTS.values()}
        self._followers: list[Follower] = []

    @contextmanager
    def follow(self, follower: Follower) -> Iterator[None]:
        """Call `follower` with every patch from now on."""
        self._followers.append(follower)
        try:
            yield
        finally:
            self._followers.remove(follower)

    def pieces(self) -> Iterator[JsonObject]:
        """Patches of bounded size that make up the state; each is as the state is when it is taken."""
        yield self.state | {part: {} for part in PARTS.values()}
        for part in PARTS.values():
            for keys in batches(self.state[part], PIECE):
                rows: JsonObject = self.state[part]
                yield {part: {key: rows[key] for key in keys if key in rows}}

    def rows(self, kind: Kind) -> JsonObject:
        """The rows of a kind by key."""
        return self.state[PARTS[kind]]  # type: ignore[no-any-return]

    def set_member(self, name: str, value: JsonObject) -> None:
        """Make the member `name` of the state `value`."""
        patch = merge.diff(self.state[name], value)
        if patch:
            self._publish({name: patch})

    def set_rows(
        self, kind: Kind, rows: Mapping[str, JsonObject], gone: Iterable[str] = (), keep: Collection[str] = ()
    ) -> None:
        """Add or replace `rows`, but leave their members in `keep` as they are; remove `gone`."""
        known = self.rows(kind)
        patch: JsonObject = {key: None for key in gone if key in known}
        for key, row in rows.items():
            before = known.get(key, {})
            change = merge.diff(before, row | {name: before[name] for name in keep if name in before})
            if change:
                patch[key] = change
        if patch:
            self._publish({PARTS[kind]: patch})

    def set_members(self, kind: Kind, rows: Mapping[str, JsonObject], members: Collection[str]) -> None:
        """Of rows that are there replace those members that are in `members`, and no others."""
        known = self.rows(kind)
        self.set_rows(
            kind,
            {
                key: {name: value for name, value in known[key].items() if name not in members} | row
                for key, row in rows.items()
                if key in known
            },
        )

    def _publish(self, patch: JsonObject) -> None:
        self.state = merge.apply(self.state, patch)
        for follower in list(self._followers):
            follower(patch)


def batches(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    """`keys` as they are now, in their order, at most `size` at a time."""
    rest = iter(list(keys))
    while batch := list(islice(rest, size)):
        yield batch
