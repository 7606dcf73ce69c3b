"""`fsreplace1`: a file gets a new content, all of it or nothing (reference 2.8)."""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bridge.channel import Channel
from bridge.errors import problem_of
from bridge.files.blocking import in_thread
from bridge.files.owners import gid_of, uid_of
from bridge.files.paths import absolute
from bridge.files.save import Attributes, Save
from bridge.protocol import JsonObject, Problem

_HELD_MAX = 256 * 1024
"""Bytes that are held until they are written, so that a small file costs one trip to a thread."""
_PROBLEMS = {errno.EISDIR: "access-denied", errno.EFBIG: "internal-error"}
_MODE_MAX = 0o7777
_ID_MAX = 0xFFFF_FFFE


class FileReplaceChannel(Channel):
    """Takes the content of the file at `path` until the other side is done, saves it, and closes with the new `tag`.

    Without data, and without `size`, the file is removed. `tag` says which version is to be replaced, "-" none;
    `attrs` what the new version does not take over from the old one. Room for `size` bytes is taken before `ready`.
    """

    payload = "fsreplace1"
    capabilities = ("attrs",)
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.8."""

        path: str
        size: int | None = None
        tag: str | None = None
        attrs: dict[str, Any] = field(default_factory=dict)

    async def run(self, options: Options) -> None:
        path = absolute(options.path)
        if options.size is not None and options.size < 0:
            raise Problem("protocol-error", "attribute 'size': must not be negative")
        wanted = await in_thread(partial(_attributes, options.attrs)) if options.attrs else None
        sync = partial(self.context.name_sync.add, self._router.spawn)
        save = Save(path, options.tag, wanted, sync)
        try:
            await self._receive(save, options.size)
        except OSError as exc:
            code = _PROBLEMS.get(exc.errno or 0) or problem_of(exc, path).code
            raise Problem(code, str(OSError(exc.errno, exc.strerror, path))) from None
        finally:
            if save.is_open:
                await in_thread(save.close)

    async def _receive(self, save: Save, size: int | None) -> None:
        """Save what comes; where nothing comes the file is empty, if its `size` was told, or removed."""
        # Who has sent everything waits for nothing but the end: to say both at once wakes him once.
        is_awaited = size is not None or not self.is_input_complete
        if size is not None:
            await in_thread(partial(save.reserve, size))
        if is_awaited:
            self.ready()
        keeps = size is not None
        held: list[bytes] = []
        length = 0
        while (block := await self.read_frame()) is not None:
            keeps = True
            held.append(block)
            length += len(block)
            if length >= _HELD_MAX:
                await in_thread(partial(save.write, held))
                held, length = [], 0
        change = partial(save.commit, held) if keeps else save.delete
        answer = partial(self._answer, is_awaited)
        try:
            await in_thread(partial(_finish, save, change, asyncio.get_running_loop(), answer), cancelled=save.abandon)
        finally:
            if not is_awaited:
                self.ready()  # of a save that failed; after an answer nothing is sent any more

    def _answer(self, is_ready: bool, tag: str) -> None:
        if not is_ready:
            self.ready()
        self.done()
        self.close_with(tag=tag)
        self.close()


def _finish(
    save: Save, change: Callable[[], str], loop: asyncio.AbstractEventLoop, answer: Callable[[str], None]
) -> None:
    """For a thread. Nobody waits for the old version to be gone, nor for the new one's name to be on the disk."""
    loop.call_soon_threadsafe(answer, change())
    save.close()


def _attributes(attrs: JsonObject) -> Attributes:
    """`attrs` of the `open` message, with names looked up."""
    unsupported = sorted(set(attrs) - {"user", "group", "mode"})
    if unsupported:
        message = f"attribute 'attrs': unsupported: {', '.join(unsupported):.200}"
        raise Problem("protocol-error", message, **{"unsupported-attrs": unsupported})
    mode = attrs.get("mode")
    if mode is not None and (type(mode) is not int or not 0 <= mode <= _MODE_MAX):
        raise Problem("protocol-error", "attribute 'attrs.mode': must be an int of at most 0o7777")
    user, group = (_owner(attrs, name) for name in ("user", "group"))
    if user is None and group is None:
        return Attributes(mode)
    if user is None or group is None:
        raise Problem("protocol-error", 'attribute \'attrs\': "user" and "group" must be given together')
    return Attributes(mode, (uid_of(user), gid_of(group)))


def _owner(attrs: JsonObject, name: str) -> str | int | None:
    value = attrs.get(name)
    is_valid = value is None or type(value) is str or (type(value) is int and 0 <= value <= _ID_MAX)
    if not is_valid:
        raise Problem("protocol-error", f"attribute 'attrs.{name}': must have type str or int")
    return value
