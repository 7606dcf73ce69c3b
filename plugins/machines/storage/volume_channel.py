"""`libvirt-volume1`: what a volume holds, as a stream of bytes, up or down."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from bridge.channel import Channel
from bridge.options import option
from bridge.protocol import Problem
from plugins.machines.channel import connected
from plugins.machines.history.logs import Log
from plugins.machines.jobs.notes import noted
from plugins.machines.jobs.store import JobStore
from plugins.machines.keys import checked_key
from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.libvirt_errors import OPERATION_INVALID, gone
from plugins.machines.state.libvirt_xml import parse, size
from plugins.machines.state.watcher import Watcher
from plugins.machines.storage.use import check_unused
from plugins.machines.storage.volume_xml import checked_size

log = logging.getLogger(__name__)

PORTION = 4 * 1024 * 1024
"""Bytes read from libvirt at a time, and so held in memory for who reads slowly."""
_ATTEMPTS, _PAUSE = 25, 0.2
"""How often, and with how many seconds between, a volume is tried to be deleted that libvirt has not let go of yet."""


class VolumeChannel(Channel):
    """`libvirt-volume1`, a binary channel on the volume `key` of the connection that `libvirt1` makes of the options.

    `download`: `ready` has the volume's bytes as `size-hint` where libvirt tells them; all of them follow.

    `upload`: the other side sends `length` bytes and `done`, and should ask for `send-acks`, which tells what is taken.
    They become the volume's beginning; what lies behind them stays. `close` without a problem says that all is written.
    A volume of a running machine, or that another is based on, is refused before anything is written. Where an upload
    ends early, what was taken by then is in the volume, and behind it what was there before; but one that was made
    for this upload (`is-new`) is deleted then, whether anybody is still there to see it or not. Where this process is
    killed over it, the next one tells so as an interrupted job.
    """

    payload = "libvirt-volume1"

    @dataclass(frozen=True, slots=True)
    class Options:
        """`uri` and `provider` are those of `libvirt1`."""

        key: str
        direction: Literal["upload", "download"]
        uri: str = ""
        provider: Literal["", "libvirt-python", "libvirt-dbus", "virsh"] = option("provider", default="")
        length: int = 0
        is_new: bool = option("is-new", default=False)

    async def run(self, options: Options) -> None:
        """See `Channel.run`."""
        if not self.is_binary:
            raise Problem(
                "protocol-error", f"{self.payload} takes and brings bytes: attribute 'binary' must be \"raw\""
            )
        key = checked_key("volume", options.key)
        length = checked_size(options.length, "length")
        async with connected(options.uri, options.provider, self.context.environ) as (watcher, log, choice):
            await watcher.settled.wait()
            if options.direction == "download":
                await self._download(watcher.permitted(Method.VOLUME_DOWNLOAD), key)
            else:
                async with noted(JobStore.of(self.context.environ), choice.uri, key):
                    await self._upload(watcher, log, key, length, is_new=options.is_new)
                # What it is, and how large, is in what was written: the pool has to look.
                with suppress(Problem):
                    await watcher.permitted(Method.POOL_REFRESH).act(Method.POOL_REFRESH, key.partition("/")[0])

    async def _download(self, provider: Provider, key: str) -> None:
        length = _length(await _described(provider, key))
        self.ready(**({} if length is None else {"size-hint": length}))
        offset = 0
        while length is None or offset < length:
            wanted = PORTION if length is None else min(PORTION, length - offset)
            portion = await provider.download(key, offset, wanted)
            await self.write_stream(portion)
            offset += len(portion)
            if len(portion) < wanted:
                if length is not None:
                    raise Problem("terminated", f"The volume ended after {offset} of {length} bytes")
                break
        self.done()

    async def _upload(self, watcher: Watcher, log: Log, key: str, length: int, *, is_new: bool) -> None:
        failure = "It was cancelled"
        try:
            provider = watcher.permitted(Method.VOLUME_UPLOAD)
            await _described(provider, key)
            await check_unused(provider, [key], only_running=True)
            self.ready()
            await provider.upload(key, length, self._received(length))
            failure = ""
        except Problem as problem:
            failure = problem.message or problem.code
            raise
        finally:
            log.record(key, Method.VOLUME_UPLOAD, {"length": length}, failure)
            if failure and is_new:
                await _take_away(watcher, key)
            watcher.changed(Kind.VOLUME, key)

    async def _received(self, length: int) -> AsyncIterator[bytes]:
        received = 0
        async for frame in self.read():
            received += len(frame)
            if received > length:
                raise Problem("protocol-error", f"more than the {length} bytes that were announced")
            yield frame
        if received < length:
            raise Problem("terminated", f"The upload ended after {received} of {length} bytes")


async def _take_away(watcher: Watcher, key: str) -> None:
    """Delete what is half written, unless somebody uses it by now: whoever looks then sees that it is still there."""
    for _ in range(_ATTEMPTS):
        try:
            await watcher.act(Method.VOLUME_DELETE, key)
        except Problem as problem:
            # Also while libvirt ends the stream, or looks at the pool again because of it.
            if problem.extra.get("libvirt", {}).get("code") == OPERATION_INVALID:
                await asyncio.sleep(_PAUSE)
                continue
            if problem.code != "not-found":
                log.warning("%s, half uploaded, is still there: %s", key, problem)
        return


async def _described(provider: Provider, key: str) -> Element:
    xml = (await provider.describe(Kind.VOLUME, [key])).get(key)
    if xml is None:
        raise gone(Kind.VOLUME, key)
    return parse(xml)


def _length(volume: Element) -> int | None:
    """The bytes of its file or device, where libvirt says."""
    return size(volume.find("physical"))
