"""`dbus-json3`: method calls, signals and properties of D-Bus services (reference 2.16)."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.channel import Channel
from bridge.protocol import Problem

if TYPE_CHECKING:
    from bridge.dbus.client import Client
    from bridge.dbus.connection import Connection

_BUSES = ("system", "session", "none", "internal")


class DbusChannel(Channel):
    """Talks to the service `name` on a bus: `system` (the default), `session`, or `none` with an `address` of its own.
    The bus `internal` is the bridge itself, and an address may lead to one program instead of a bus: neither has names.

    With a name, the service is started, then `{"owner": unique name}` comes before `ready`, and again at each change;
    a service that cannot be started is `not-found`. All channels to one bus share one connection; when that is lost,
    calls that wait get an error and their channels close `disconnected`.

    A client that takes signals more slowly than they come, so that more than 4 MiB or 4096 messages wait for it, loses
    its channel with the problem `too-slow`; nobody else waits for it. A reply that is longer than a frame may be is an
    error, a signal that is closes the channel `too-large`.
    """

    payload = "dbus-json3"
    __slots__ = ("_client", "_connection", "_is_busy", "_outbox")

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.16."""

        bus: str | None = None
        name: str | None = None
        address: str | None = None

    def opened(self, options: Options) -> None:
        self._client: Client | None = None
        self._is_busy = False
        super().opened(options)

    async def run(self, options: Options) -> None:
        bus, address, name = _checked(options)
        if bus == "internal":
            await self._run_internal()
            return
        from bridge.dbus import pool
        from bridge.dbus.peer_to_peer import PEER
        from bridge.dbus.syntax import is_bus_name

        if name is not None and not is_bus_name(name):
            raise Problem("protocol-error", f"attribute 'name': not a bus name: {name!r:.80}")
        address = address or pool.address_of(bus, self.context.environ)
        async with pool.connection(address, bus) as connection, asyncio.TaskGroup() as tasks:
            if connection.is_peer:
                await self._talk(connection, PEER, tasks, announce=False)
            else:
                await self._talk(connection, name, tasks)
        self.done()

    async def _run_internal(self) -> None:
        from bridge.internal.bus import NAME

        async with asyncio.TaskGroup() as tasks:
            calls: set[asyncio.Task[None]] = set()

            def spawn(call: Coroutine[Any, Any, None]) -> None:
                task = tasks.create_task(call)
                calls.add(task)
                task.add_done_callback(calls.discard)

            connection = self.context.internal.connect(spawn)
            await connection.open()
            try:
                await self._talk(connection, NAME, tasks, announce=False)
            finally:
                connection.close()
                for task in calls:
                    task.cancel()
        self.done()

    async def _talk(
        self, connection: "Connection", name: str | None, tasks: asyncio.TaskGroup, *, announce: bool = True
    ) -> None:
        from bridge.dbus.client import Client
        from bridge.dbus.outbox import MESSAGE_MAX, Outbox

        def send(payload: bytes) -> None:
            if len(payload) > MESSAGE_MAX:
                self.end(Problem("too-large", f"a message of {len(payload)} bytes is longer than {MESSAGE_MAX}"))
            else:
                self.send(payload)

        self._connection = connection
        self._outbox = Outbox(send, self.drain, tasks.create_task)
        client = Client(connection, name, self._outbox, self.end, self.context.internal_streams)
        try:
            if announce:
                await client.announce()
            self.ready(**({"unique-name": connection.unique_name} if announce else {}))
            self._client = client
            await self._serve(client)
        finally:
            self._client = None
            client.close()

    def received(self, payload: bytes) -> None:
        """A message that waits for nothing is answered here: it costs no turn of the task."""
        if self._client and not self._is_busy and not self._inbox and not self._must_wait and not self._acks:
            self._client.receive(payload)
        else:
            super().received(payload)

    async def _serve(self, client: "Client") -> None:
        async for payload in self.read():
            self._is_busy = True
            client.receive(payload)
            while self._must_wait:
                await self._connection.drain()
                await self._outbox.room()
            self._is_busy = False

    @property
    def _must_wait(self) -> bool:
        return self._connection.is_congested or self._outbox.is_full


def _checked(options: DbusChannel.Options) -> tuple[str, str | None, str | None]:
    bus = options.bus or "system"
    if options.address is not None and bus != "none":
        raise Problem("protocol-error", 'only one of "bus" and "address" can be specified')
    if bus not in _BUSES:
        raise Problem("protocol-error", f'invalid bus "{bus:.60}"')
    if bus == "none" and not options.address:
        raise Problem("protocol-error", "attribute 'address' required")
    return bus, options.address, options.name
