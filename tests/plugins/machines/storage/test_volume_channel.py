"""`libvirt-volume1` as a page sees it: a back end's process, and a real volume."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from testbed.back_end import BackEnd, back_end
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd
from testbed.processes import wait_until

from bridge.protocol import Control, Data, Deframer, decode, encode_control, encode_data, frame
from plugins.machines.jobs.process import boot
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import JobStore, new_id

BACK_END = (sys.executable, "-I", "-m", "bridge", "--backend", "machines")
POOL = "00000000-0000-4000-8000-000000000001"
MIB = 1 << 20
PIECE = 1 << 16


class Client:
    """A back end and one channel."""

    def __init__(self, process: asyncio.subprocess.Process, uri: str) -> None:
        self._process, self._uri = process, uri
        self._deframer = Deframer()
        self._events: list[Any] = []

    def open(self, direction: str, key: str = f"{POOL}/a b", **options: Any) -> None:
        members = {
            "binary": "raw",
            "send-acks": "bytes",
            "uri": self._uri,
            "key": key,
            "direction": direction,
        } | options
        self.control("open", payload="libvirt-volume1", **members)

    def control(self, command: str, **members: Any) -> None:
        self._send(encode_control({"command": command, "channel": "v"} | members))

    def data(self, payload: bytes) -> None:
        self._send(encode_data("v", payload))

    def _send(self, message: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(frame(message))

    async def event(self) -> Control | Data:
        assert self._process.stdout
        async with asyncio.timeout(30):
            while not self._events:
                chunk = await self._process.stdout.read(1 << 16)
                assert chunk, "the back end ended"
                self._events += [decode(message) for message in self._deframer.feed(chunk)]
        return self._events.pop(0)  # type: ignore[no-any-return]

    async def told(self, *commands: str) -> dict[str, Any]:
        """The next control message that is one of these; a close comes in any case."""
        while True:
            event = await self.event()
            if isinstance(event, Control) and event.message["command"] in (*commands, "close"):
                return event.message

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()

    def memory(self) -> int:
        """The most bytes that the process had in memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


@pytest.fixture
async def client(libvirtd: Libvirtd, tmp_path: Path) -> AsyncIterator[Client]:
    folder = tmp_path / "pool"
    folder.mkdir()
    xml = tmp_path / "pool.xml"
    xml.write_text(f"<pool type='dir'><name>p</name><uuid>{POOL}</uuid><target><path>{folder}</path></target></pool>")
    libvirtd.virsh("pool-define", str(xml))
    libvirtd.virsh("pool-start", POOL)
    libvirtd.virsh("vol-create-as", f"--pool={POOL}", "--name=a b", "--capacity=1M", "--format=raw", "--allocation=0")
    environ = os.environ | {"PILOTHOUSE_LIBVIRT_PROVIDER": "libvirt-python", "XDG_STATE_HOME": str(tmp_path / "state")}
    process = await asyncio.create_subprocess_exec(
        *BACK_END, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environ
    )
    made = Client(process, libvirtd.uri)
    init = await made.event()
    assert isinstance(init, Control)
    made._send(encode_control({"command": "init", "version": 1, "host": "localhost"}))
    yield made
    assert process.stdin
    process.stdin.close()
    async with asyncio.timeout(20):
        await process.wait()


async def test_what_goes_up_is_acknowledged_and_comes_down(client: Client, tmp_path: Path) -> None:
    content = os.urandom(3 * MIB + 5)
    client.open("upload", length=len(content))
    assert (await client.told("ready"))["command"] == "ready"
    for at in range(0, len(content), PIECE):
        client.data(content[at : at + PIECE])
    client.control("done")
    taken = 0
    while (said := await client.told("ack"))["command"] == "ack":
        taken += said["bytes"]
    assert (taken, said.get("problem")) == (len(content), None)
    assert (tmp_path / "pool/a b").read_bytes() == content
    client.open("download")
    assert (await client.told("ready"))["size-hint"] == len(content)
    received = b""
    while isinstance(event := await client.event(), Data) or event.message["command"] != "close":
        received += event.payload if isinstance(event, Data) else b""
    assert "problem" not in event.message
    assert received == content


async def test_a_reader_that_is_slow_costs_no_memory(client: Client, tmp_path: Path) -> None:
    with (tmp_path / "pool/a b").open("wb") as file:
        file.truncate(256 * MIB)
    client.open("download", **{"flow-control": True})
    await client.told("ready")
    # Nothing is confirmed: what comes is bounded, and what waits as well.
    sent = 0
    while sent < 2 * MIB:
        event = await client.event()
        sent += len(event.payload) if isinstance(event, Data) else 0
    assert client.memory() < 128 * MIB
    client.control("close")


@pytest.mark.parametrize(
    ("options", "sent", "said"),
    [
        ({"length": 10}, b"x" * 11, "more than the 10 bytes"),
        ({"length": 10}, b"x" * 9, "ended after 9 of 10 bytes"),
        ({"length": -1}, b"", "attribute 'length'"),
        ({"key": f"{POOL}/none", "length": 1}, b"", "There is no volume"),
        ({"key": "none", "length": 1}, b"", "must be a pool's UUID"),
        ({"binary": None, "length": 1}, b"", "takes and brings bytes"),
    ],
)
async def test_what_does_not_fit_is_refused(client: Client, options: dict[str, Any], sent: bytes, said: str) -> None:
    client.open("upload", **options)
    told = await client.told("ready")
    if told["command"] == "ready":
        client.data(sent)
        client.control("done")
        told = await client.told()
    assert said in told["message"]


async def test_a_volume_of_a_machine_that_runs_is_not_written_to(
    client: Client, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    uuid = libvirtd.define(domain_xml("guest", disk=str(tmp_path / "pool/a b")))
    libvirtd.virsh("start", uuid)
    client.open("upload", length=1)
    closed = await client.told("ready")
    assert (closed["command"], closed["problem"]) == ("close", "change-conflict")
    assert "is a disk of guest, which runs" in closed["message"]
    libvirtd.virsh("destroy", uuid)


async def test_a_client_that_goes_away_leaves_the_volume_usable(client: Client, tmp_path: Path) -> None:
    client.open("upload", length=MIB)
    await client.told("ready")
    client.data(b"\xff" * PIECE)
    await client.told("ack")
    client.control("close", problem="cancelled")
    assert (await client.told())["command"] == "close"
    client.open("upload", length=3)
    await client.told("ready")
    client.data(b"new")
    client.control("done")
    closed = await client.told()
    assert "problem" not in closed
    assert (tmp_path / "pool/a b").read_bytes()[:3] == b"new"


@pytest.mark.parametrize("provider", ["libvirt-python", "virsh"])
async def test_a_volume_that_was_made_for_an_upload_goes_with_it(
    client: Client, libvirtd: Libvirtd, tmp_path: Path, provider: str
) -> None:
    """Whether the other side goes away or says something else than it had announced; not where it is in use by then."""
    volume = tmp_path / "pool/a b"
    made = ("vol-create-as", f"--pool={POOL}", "--name=a b", "--capacity=1M", "--format=raw")

    async def begin() -> None:
        client.open("upload", length=MIB, provider=provider, **{"is-new": True})
        assert (await client.told("ready"))["command"] == "ready"
        client.data(b"\xff" * PIECE)
        await client.told("ack")

    await begin()
    client.control("close", problem="cancelled")
    await client.told()
    assert not volume.exists()
    libvirtd.virsh(*made)
    await begin()
    client.control("done")
    assert "ended after" in (await client.told())["message"]
    assert not volume.exists()
    libvirtd.virsh(*made)
    await begin()
    libvirtd.define(domain_xml("guest", disk=str(volume)))
    client.control("close", problem="cancelled")
    await client.told()
    assert volume.exists()


async def interrupted(client: Client, jobs_page: BackEnd, libvirtd: Libvirtd, channel: str) -> dict[str, Any]:
    """What the next back end tells of an upload in the midst of which one is killed."""
    client.open("upload", length=MIB, **{"is-new": True})
    assert (await client.told("ready"))["command"] == "ready"
    client.data(b"x" * PIECE)
    await client.told("ack")
    client.kill()
    jobs_page.open(channel, uri=libvirtd.uri, parts=["volumes", "jobs"])
    state = await jobs_page.loaded(channel)
    await jobs_page.until(lambda: state["jobs"])
    return state


async def test_a_back_end_that_is_killed_over_an_upload_leaves_word_of_the_volume(
    client: Client, libvirtd: Libvirtd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    async with back_end() as later:
        state = await interrupted(client, later, libvirtd, "a")
        (row,) = state["jobs"].values()
        told = {"state": "interrupted", "method": "volume_upload", "key": f"{POOL}/a b", "name": "a b"}
        assert row.items() >= told.items()
        assert f"{POOL}/a b" in state["volumes"], "it is said to be there, and it is"
        later.call("a", 1, "volume_delete", key=f"{POOL}/a b")
        await later.reply(1)
        await later.until(lambda: later.states["a"]["jobs"] == {})


async def test_an_upload_that_ends_leaves_no_word_and_takes_back_that_of_an_earlier_one(
    client: Client, libvirtd: Libvirtd, tmp_path: Path
) -> None:
    store = JobStore(tmp_path / "state/pilothouse/jobs")
    gone = Job(libvirtd.uri, "volume_upload", f"{POOL}/a b", "a b", 1.0, os.getpid(), 1, boot())
    store.write(new_id(), gone)
    client.open("upload", length=2)
    await client.told("ready")
    assert sorted(job.state for job in store.read_all().values()) == ["interrupted", "running"]
    client.data(b"x")
    client.control("done")
    assert "ended after 1 of 2" in (await client.told())["message"]
    await asyncio.to_thread(wait_until, lambda: len(store.read_all()) == 1, "its note is gone")
    client.open("upload", length=1)
    await client.told("ready")
    client.data(b"x")
    client.control("done")
    assert "problem" not in await client.told()
    assert store.read_all() == {}
