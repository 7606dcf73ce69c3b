"""Watched properties: what `watch` promises (reference 2.16, 7.5).

First what an interface is (`meta`, once), then what its properties are (`notify`), then the reply to `watch`; from
then on a `notify` for each change, in order with the signals and replies of the channel. An object or interface that
goes away becomes null.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from dbus_fast import Message, MessageType, Variant

from bridge.dbus.connection import Answer, Connection
from bridge.dbus.introspection import Interface, Object
from bridge.dbus.matches import Match, is_below
from bridge.dbus.outbox import Outbox
from bridge.dbus.syntax import is_path
from bridge.dbus.values import decode_content, signature
from bridge.protocol import JsonObject, Problem, encode_json

PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
LOAD_MAX = 30.0
"""Seconds that a service gets for each question of the first load."""
GET_MAX = 5.0
"""Seconds that a service gets to tell a value it only called changed; what comes after it waits so long."""
OBJECTS_MAX = 10_000
"""Objects that are looked for where the service has no object manager."""
DEPTH_MAX = 32
"""Levels below a namespace at which they are looked for."""
WATCHES_MAX = 1024
"""Watches of one channel on one service."""
_STANDARD = (PROPERTIES, OBJECT_MANAGER, "org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Peer")

Key = tuple[str, str]
"""Path and interface."""


class _Load:
    """The first load of a watch, or one anew: the questions that are out, and what was found."""

    __slots__ = ("done", "found", "objects", "owner", "pending", "watch")

    def __init__(self, watch: Match, owner: str | None, done: Callable[[], None]) -> None:
        self.watch = watch
        self.owner = owner
        self.done = done
        self.pending = 0
        self.objects = 0
        self.found: list[Key] = []


class Watches:
    """The watches of one channel on the service `name`."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        outbox: Outbox,
        tell: Callable[[bytes], None],
        end: Callable[[Problem], None],
    ) -> None:
        """`tell` sends a notification, `end` ends the channel."""
        self._connection = connection
        self._name = name
        self._outbox = outbox
        self._tell = tell
        self._end = end
        self._watches: dict[Match, int] = {}
        self._loads: set[_Load] = set()
        self._values: dict[Key, JsonObject] = {}
        self._told: set[Key] = set()
        self._explained: set[str] = set()
        self._is_open = True

    def add(self, watch: Match, done: Callable[[], None]) -> None:
        """Watch the properties at or below `watch`'s path; `done` is called when what there is was told.

        Problem protocol-error for more than `WATCHES_MAX`.
        """
        if len(self._watches) >= WATCHES_MAX:
            raise Problem("protocol-error", f"more than {WATCHES_MAX} watches")
        self._watches[watch] = self._watches.get(watch, 0) + 1
        if self._watches[watch] == 1:
            for match in _matches_of(watch):
                self._connection.add_match(match, self)
        self._load(watch, done)

    def remove(self, watch: Match) -> None:
        """Undo one `add`; one that was not added is none."""
        if watch not in self._watches:
            return
        self._watches[watch] -= 1
        if self._watches[watch]:
            return
        del self._watches[watch]
        for match in _matches_of(watch):
            self._connection.remove_match(match, self)
        for key in [key for key in self._values if not self._is_watched(key)]:
            del self._values[key]
            self._told.discard(key)

    def close(self) -> None:
        """End all watches."""
        self._is_open = False
        self._connection.leave(self)

    # The first load. Every answer is taken over when it comes, so that it is older than no change told before it.

    def _load(self, watch: Match, done: Callable[[], None]) -> None:
        load = _Load(watch, self._connection.names.owner(self._name), done)
        self._loads.add(load)
        if watch.path_namespace is None:
            assert watch.path is not None
            self._look(load, watch.path)
        else:
            self._ask(load, watch.path_namespace, OBJECT_MANAGER, "GetManagedObjects", "", [], self._managed)

    def _ask(
        self,
        load: _Load,
        path: str,
        interface: str,
        member: str,
        types: str,
        body: list[Any],
        answered: Callable[[_Load, Message | None], None],
    ) -> None:
        def finish(answer: Answer) -> None:
            is_return = isinstance(answer, Message) and answer.message_type is MessageType.METHOD_RETURN
            if self._is_open:
                answered(load, answer if isinstance(answer, Message) and is_return else None)
                self._step(load)

        load.pending += 1
        self._connection.call(
            self._name, path, interface, member, signature(types), body, finish, timeout=LOAD_MAX
        )  # fmt: skip

    def _managed(self, load: _Load, answer: Message | None) -> None:
        namespace = load.watch.path_namespace
        assert namespace is not None
        if answer is None or answer.signature != "a{oa{sa{sv}}}":
            self._look(load, namespace)
            return
        for path, interfaces in answer.body[0].items():
            if is_below(path, namespace):
                for interface, values in interfaces.items():
                    self._found(load, path, interface, values)

    def _look(self, load: _Load, path: str) -> None:
        load.objects += 1
        load.pending += 1
        self._connection.introspection.look(self._name, path, partial(self._looked, load, path))

    def _looked(self, load: _Load, path: str, found: Object) -> None:
        if not self._is_open:
            return
        wanted = load.watch.interface
        interfaces: Iterable[str] = [each for each in found.interfaces if each not in _STANDARD]
        for interface in interfaces if wanted is None else [wanted]:
            if wanted is None and not found.interfaces[interface]["properties"]:
                self._found(load, path, interface, {})
            else:
                took = partial(self._got_all, path, interface)
                self._ask(load, path, PROPERTIES, "GetAll", "s", [interface], took)
        namespace = load.watch.path_namespace
        if namespace is not None and path.count("/") - namespace.count("/") < DEPTH_MAX:
            for child in found.children:
                below = f"{path.rstrip('/')}/{child}"
                if is_path(below) and load.objects < OBJECTS_MAX:
                    self._look(load, below)
        self._step(load)

    def _got_all(self, path: str, interface: str, load: _Load, answer: Message | None) -> None:
        if answer is not None and answer.signature == "a{sv}":
            self._found(load, path, interface, answer.body[0])

    def _found(self, load: _Load, path: str, interface: str, values: dict[str, Variant]) -> None:
        if load.watch.interface not in (None, interface):
            return
        self._values[path, interface] = _plain(values)
        load.found.append((path, interface))
        if self._connection.introspection.get(self._name, interface) is None:
            load.pending += 1
            self._connection.introspection.find(self._name, path, interface, lambda _: self._step(load))

    def _step(self, load: _Load) -> None:
        load.pending -= 1
        if load.pending or not self._is_open:
            return
        self._loads.discard(load)
        owner = self._connection.names.owner(self._name)
        if not load.found and owner not in (None, load.owner) and load.watch in self._watches:
            self._load(load.watch, load.done)
            return
        found = load.found if self._loads else [*load.found, *(key for key in self._values if key not in self._told)]
        keys = [key for key in found if key in self._values and self._is_watched(key)]
        self._explain(keys)
        self._notify({key: self._values[key] for key in keys})
        self._told.update(keys)
        load.done()

    # What changes

    def signal(self, message: Message, names: frozenset[str | None]) -> None:
        """A signal of the service that is about properties."""
        match message.interface, message.member, message.signature:
            case (_, "PropertiesChanged", "sa{sv}as"):
                interface, values, invalidated = message.body
                self._changed((message.path or "", interface), values, invalidated)
            case (_, "InterfacesAdded", "oa{sa{sv}}"):
                path, interfaces = message.body
                self._appeared({(path, interface): values for interface, values in interfaces.items()})
            case (_, "InterfacesRemoved", "oas"):
                path, interfaces = message.body
                self._vanished([(path, interface) for interface in interfaces])

    def owner_changed(self, name: str, owner: str | None) -> None:
        """The service went away, or came back."""
        if owner is None:
            self._vanished(list(self._values))
        elif not self._loads:
            for watch in self._watches:
                self._load(watch, lambda: None)

    def match_refused(self, problem: Problem) -> None:
        """The bus did not take a match."""
        self._end(problem)

    def disconnected(self) -> None:
        """The connection is lost: the channel is told."""
        self._is_open = False

    def _changed(self, key: Key, values: dict[str, Variant], invalidated: list[str]) -> None:
        if not self._is_watched(key):
            return
        if key not in self._told:
            if self._loads:
                self._values.setdefault(key, {}).update(_plain(values))
            else:
                self._appeared({key: values})
            return
        known = self._values[key]
        changes = {name: value for name, value in _plain(values).items() if name not in known or known[name] != value}
        if changes:
            known.update(changes)
            self._notify({key: changes})
        for name in invalidated:
            self._get(key, name)

    def _get(self, key: Key, name: str) -> None:
        slot = self._outbox.reserve()

        def got(answer: Answer) -> None:
            payloads = []
            if isinstance(answer, Message) and answer.signature == "v" and key in self._told:
                changes = _plain({name: answer.body[0]})
                self._values[key].update(changes)
                payloads = [_notification({key: changes})]
            if self._is_open:
                self._outbox.fill(slot, payloads)

        path, interface = key
        self._connection.call(
            self._name, path, PROPERTIES, "Get", signature("ss"), [interface, name], got, timeout=GET_MAX
        )  # fmt: skip

    def _appeared(self, found: dict[Key, dict[str, Variant]]) -> None:
        keys = [key for key in found if self._is_watched(key)]
        if not keys:
            return
        for key in keys:
            self._values[key] = _plain(found[key])
        load = _Load(Match(), None, lambda: None)
        slot = self._outbox.reserve()
        told = _notification({key: self._values[key] for key in keys})
        self._told.update(keys)

        def step() -> None:
            load.pending -= 1
            if not load.pending and self._is_open:
                explanation = self._explanation(keys)
                self._outbox.fill(slot, [explanation, told] if explanation else [told])

        load.pending = 1
        for path, interface in keys:
            if self._connection.introspection.get(self._name, interface) is None:
                load.pending += 1
                self._connection.introspection.find(self._name, path, interface, lambda _: step())
        step()

    def _vanished(self, keys: list[Key]) -> None:
        gone = [key for key in keys if self._values.pop(key, None) is not None and key in self._told]
        self._told.difference_update(gone)
        self._notify(dict.fromkeys(gone))

    def _is_watched(self, key: Key) -> bool:
        path, interface = key
        return any(
            watch.interface in (None, interface)
            and (path == watch.path if watch.path_namespace is None else is_below(path, watch.path_namespace))
            for watch in self._watches
        )

    # What is told

    def _explain(self, keys: Iterable[Key]) -> None:
        explanation = self._explanation(keys)
        if explanation:
            self._tell(explanation)

    def _explanation(self, keys: Iterable[Key]) -> bytes | None:
        """The `meta` of those interfaces that had none yet."""
        new: dict[str, Interface] = {}
        for path, interface in keys:
            if interface not in self._explained:
                self._explained.add(interface)
                known = self._connection.introspection.get(self._name, interface)
                new[interface] = known or _guessed(self._values.get((path, interface), {}))
        return encode_json({"meta": new}) if new else None

    def _notify(self, changes: dict[Key, Any]) -> None:
        if changes:
            self._tell(_notification(changes))


def _matches_of(watch: Match) -> list[Match]:
    changes = Match(
        name=watch.name,
        path=watch.path,
        path_namespace=watch.path_namespace,
        interface=PROPERTIES,
        member="PropertiesChanged",
        arg0=watch.interface,
    )
    if watch.path_namespace is None:
        return [changes]
    return [changes, Match(name=watch.name, path=watch.path_namespace, interface=OBJECT_MANAGER)]


def _plain(values: dict[str, Variant]) -> JsonObject:
    """The values as JSON; one that JSON cannot say (a file descriptor) is left out."""
    plain = {}
    for name, value in values.items():
        try:
            plain[name] = decode_content(value)
        except Problem:
            continue
    return plain


def _notification(changes: dict[Key, Any]) -> bytes:
    objects: dict[str, JsonObject] = {}
    for (path, interface), values in changes.items():
        objects.setdefault(path, {})[interface] = values
    return encode_json({"notify": objects})


def _guessed(values: JsonObject) -> Interface:
    """What is said of an interface whose service does not describe it: the names of its properties."""
    return {"methods": {}, "properties": {name: {"flags": "r", "type": "v"} for name in values}, "signals": {}}
