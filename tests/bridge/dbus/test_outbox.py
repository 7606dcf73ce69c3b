"""The output of a channel: in order, at once while the client keeps up, bounded where it does not."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bridge.dbus.outbox import BURST, FULL, QUEUE_COUNT_MAX, QUEUE_MAX, Outbox, Slot


class Client:
    """Takes what is sent; `opened` lets the next drain end."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.sent: list[bytes] = []
        self.opened = asyncio.Event()
        self.outbox = Outbox(self.sent.append, self.opened.wait, tasks.create_task)


async def test_a_client_that_keeps_up_gets_it_at_once() -> None:
    async with asyncio.TaskGroup() as tasks:
        client = Client(tasks)
        client.outbox.put(b"1")
        client.outbox.put(b"2", bounded=True)
        assert client.sent == [b"1", b"2"]


async def test_a_client_that_does_not_gets_one_burst_and_the_rest_later() -> None:
    async with asyncio.TaskGroup() as tasks:
        client = Client(tasks)
        for _ in range(3):
            client.outbox.put(b"x" * BURST)
        client.outbox.put(b"end")
        assert len(client.sent) == 1
        client.opened.set()
    assert client.sent[1:] == [b"x" * BURST] * 2 + [b"end"]


async def test_bounds_and_room() -> None:
    async with asyncio.TaskGroup() as tasks:
        client = Client(tasks)
        client.outbox.put(b"x" * BURST)
        client.outbox.put(b"y" * (FULL + 1))
        assert client.outbox.is_full
        client.outbox.put(b"z" * QUEUE_MAX)
        assert not client.outbox.put(b"refused", bounded=True)
        assert client.outbox.put(b"a reply fits")
        waiting = tasks.create_task(client.outbox.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        client.opened.set()
    assert client.sent[-1] == b"a reply fits"
    assert b"refused" not in client.sent


async def test_the_bound_on_messages() -> None:
    async with asyncio.TaskGroup() as tasks:
        client = Client(tasks)
        client.outbox.put(b"x" * BURST)
        assert all(client.outbox.put(b"", bounded=True) for _ in range(QUEUE_COUNT_MAX))
        assert not client.outbox.put(b"", bounded=True)
        client.opened.set()


async def test_a_place_holds_up_what_comes_after_it() -> None:
    async with asyncio.TaskGroup() as tasks:
        client = Client(tasks)
        first, second = client.outbox.reserve(), client.outbox.reserve()
        client.outbox.put(b"4")
        client.outbox.fill(second, [b"2", b"3"])
        assert client.sent == []
        client.outbox.fill(first, [])
        assert client.sent == [b"2", b"3", b"4"]


async def test_flush_sends_what_there_is() -> None:
    async with asyncio.TaskGroup() as tasks:
        client = Client(tasks)
        client.outbox.reserve()
        client.outbox.put(b"x" * BURST)
        client.outbox.put(b"end")
        client.outbox.flush()
        assert client.sent == [b"x" * BURST, b"end"]
        client.opened.set()


@given(st.lists(st.sampled_from(["put", "big", "reserve", "fill"]), max_size=40), st.randoms())
def test_whatever_happens_the_order_is_kept(steps: list[str], random: "st.random.Random") -> None:  # type: ignore[name-defined]
    async def run() -> None:
        expected: list[int] = []
        places: list[tuple[Slot, int]] = []
        async with asyncio.TaskGroup() as tasks:
            client = Client(tasks)
            client.opened.set()
            for number, step in enumerate(steps):
                if step == "reserve":
                    places.append((client.outbox.reserve(), number))
                elif step == "fill" and places:
                    slot, place = places.pop(random.randrange(len(places)))
                    client.outbox.fill(slot, [b"%d " % place])
                else:
                    client.outbox.put(b"%d " % number + (b"x" * BURST if step == "big" else b""))
                    expected.append(number)
                if random.random() < 0.3:
                    await asyncio.sleep(0)
            for slot, place in places:
                client.outbox.fill(slot, [b"%d " % place])
            reserved = [number for number, step in enumerate(steps) if step == "reserve"]
        assert [int(payload.split()[0]) for payload in client.sent] == sorted(expected + reserved)

    asyncio.run(run())
