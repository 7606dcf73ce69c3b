"""What is published of one connection, and who follows it; no I/O.

The state is what `libvirt1` publishes: `connection`, `capabilities` and `domains`. Every change goes to the followers
as a JSON merge patch (RFC 7396), at once and in order; a change that changes nothing goes to nobody.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from bridge.protocol import JsonObject
from manifests import merge
from plugins.machines.provider import Domain

PIECE = 200
"""Domains in one patch of a load: the first rows do not wait for the last."""

Follower = Callable[[JsonObject], None]


class Inventory:
    """See the module."""

    def __init__(self) -> None:
        self.state: JsonObject = {"connection": {}, "capabilities": {}, "domains": {}}
        """The published state; replaced at every change, never modified."""
        self.domains: dict[str, Domain] = {}
        """The domains of the state, with what is known of their titles."""
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
        yield self.state | {"domains": {}}
        for keys in batches(self.state["domains"], PIECE):
            rows: JsonObject = self.state["domains"]
            yield {"domains": {key: rows[key] for key in keys if key in rows}}

    def set_member(self, name: str, value: JsonObject) -> None:
        """Make the member `name` of the state `value`."""
        patch = merge.diff(self.state[name], value)
        if patch:
            self._publish({name: patch})

    def set_domains(self, domains: Mapping[str, Domain], gone: Collection[str] = ()) -> None:
        """Add or change `domains`, remove `gone`. A title that was not read stays as it was."""
        rows: JsonObject = self.state["domains"]
        patch: JsonObject = {}
        for key in gone:
            if self.domains.pop(key, None):
                patch[key] = None
        for key, domain in domains.items():
            known = self.domains.get(key)
            if domain.title is None and known is not None:
                domain = replace(domain, title=known.title)
            if domain == known:
                continue
            self.domains[key] = domain
            change = merge.diff(rows.get(key, {}), domain.as_state())
            if change:
                patch[key] = change
        if patch:
            self._publish({"domains": patch})

    def set_titles(self, titles: Mapping[str, str]) -> None:
        """Set the titles of those domains that are still there."""
        known = {key: self.domains[key] for key in titles if key in self.domains}
        self.set_domains({key: replace(domain, title=titles[key]) for key, domain in known.items()})

    def _publish(self, patch: JsonObject) -> None:
        self.state = merge.apply(self.state, patch)
        for follower in list(self._followers):
            follower(patch)


def batches(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    """`keys` as they are now, in their order, at most `size` at a time."""
    rest = iter(list(keys))
    while batch := list(islice(rest, size)):
        yield batch
