"""One bridge: its stdio, its router and its rules put together, from `init` to the end of its input."""

import asyncio
import inspect
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from bridge import plugins, rules
from bridge.backends import Backends
from bridge.context import Context
from bridge.errors import problem_of
from bridge.os_release import os_release
from bridge.peers.manifest_bridges import ManifestBridges
from bridge.processes import stderr_log
from bridge.protocol import Control, JsonObject, Problem, encode_control
from bridge.router import LOCAL_HOST, Router, Rule
from bridge.stdio import FrameStream
from bridge.superuser.authorize import Authorize
from bridge.superuser.superuser import Superuser

if TYPE_CHECKING:
    import pluggy

log = logging.getLogger(__name__)

VERSION = "0.1.0"
GRACE_AT_END = 2.0
"""Seconds that children get once the bridge itself ends."""
PEERS_AT_END = 2.6
"""Seconds that peers get: their own children have `GRACE_AT_END`."""
_SHUTDOWN_MAX = 1.0

LoadHooks = Callable[[], "pluggy.PluginManager | None"]


class Bridge:
    """Speaks the protocol on two descriptors until its input ends.

    `built_in` are the channels of the table; `load_hooks` finds the plugins, after `init` was sent; `packages` says
    whether `init` names the packages of this host, which only the first bridge of a session does; `privileged`,
    whether this is the superuser bridge of another one.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        built_in: dict[str, str],
        load_hooks: LoadHooks,
        *,
        packages: bool = True,
        privileged: bool = False,
    ) -> None:
        self.context = Context(environ, plugins.ChannelTable(built_in), privileged=privileged)
        self.router = Router(self.context)
        self.router.rules = [rules.not_before_init]
        self._rules: list[Rule] = []
        self._superuser = self.context.superuser = Superuser(self.router, privileged=privileged)
        self._manifest_bridges = ManifestBridges(self.router)
        self._authorize = Authorize(self.router, self._superuser)
        self._load_hooks = load_hooks
        self._packages = packages
        self._backends = Backends(self.router)
        self.context.packages_reloaded += [self._superuser.reload, self._backends.reload, self._manifest_bridges.reload]
        self.context.restart_backends = self._backends.restart
        self.context.page_asked = self._backends.prestart
        self._ended: asyncio.Future[Problem | None]

    async def run(self, reader: int, writer: int) -> int:
        """Serve; the exit status: 0 after the end of input, 1 when the framing was lost."""
        loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        stream = FrameStream(reader, writer, received=self._receive, ended=self._end)
        self.router.attach(stream)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, None)
        try:
            self.router.send_control(self._init())
            hooks = self._load_hooks()
            self._use(hooks)
            stream.start()
            problem = await self._serve(hooks)
            if problem:
                log.error("the connection is lost: %s", problem)
                stream.send(encode_control({"command": "init", "problem": problem.code, "message": problem.message}))
            await self._close()
            await _shut_down(hooks, self.context)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
            await stream.close()
        return 1 if problem else 0

    def _init(self) -> JsonObject:
        message: JsonObject = {"command": "init", "version": 1, "capabilities": {"explicit-superuser": True}}
        if self._packages:
            message["packages"] = dict.fromkeys(self.context.packages.names())
            message["os-release"] = os_release()
        return message

    def _use(self, hooks: "pluggy.PluginManager | None") -> None:
        installed: list[Rule] = []
        if hooks:
            self.context.channels.add(plugins.channels_of(hooks), "an installed plugin")
            self.context.package_folders.extend(plugins.package_folders_of(hooks))
            for some in hooks.hook.routing_rules(router=self.router):
                installed.extend(some)
        self._rules = rules.standard(self.router, installed, [self._backends, self._manifest_bridges])

    async def _serve(self, hooks: "pluggy.PluginManager | None") -> Problem | None:
        if hooks is None:
            return await self._ended
        for awaitable in _awaitables(hooks.hook.startup(context=self.context)):
            self.router.spawn(_logged(awaitable))
        return await self._ended

    async def _close(self) -> None:
        self.context.grace.seconds = GRACE_AT_END
        self.router.peer_grace.seconds = PEERS_AT_END
        closing = asyncio.get_running_loop().create_task(self.router.close())
        self._backends.stop()
        self._manifest_bridges.stop()
        self._superuser.close()
        await closing

    def _receive(self, message: bytes) -> None:
        control = self.router.receive(message)
        if control is None:
            return
        try:
            self._receive_control(control)
        except Exception as exc:
            log.warning("ignored a message: %s", problem_of(exc, f"the message {control.command!r:.40}"))

    def _receive_control(self, control: Control) -> None:
        """Messages that concern the connection; what no case names is ignored."""
        match control.command:
            case "init" if control.message.get("version") != 1:
                self._end(Problem("not-supported", "this bridge speaks version 1 of the protocol"))
            case "init":
                self._admit(control.message.get("host"))
                self._superuser.is_reported = control.message.get("superuser-reports") is True
                self._authorize.start(control.message.get("superuser"))
            case "authorize":
                self._authorize.answered(control.message)
            case "ping":
                self.router.send_control({**control.message, "command": "pong"})

    def _admit(self, host: object) -> None:
        """The client has said `init`, and in it what it calls this host."""
        if self.router.rules is not self._rules:
            self.router.rules = self._rules
            self.router.host = host if type(host) is str and host else LOCAL_HOST

    def _end(self, problem: Problem | None) -> None:
        if not self._ended.done():
            self._ended.set_result(problem)


def run(bridge: Bridge) -> NoReturn:
    """Run `bridge` on this process's stdio, and end the process with its exit status."""
    stderr_log.never_wait()
    asyncio.run(_run_and_exit(bridge))
    raise AssertionError("unreachable")


async def _run_and_exit(bridge: Bridge) -> None:
    status = await bridge.run(0, 1)
    # From within: the end of the event loop, and of the interpreter, would wait for threads that a hanging file system
    # or library holds, and for tasks that do not end.
    logging.shutdown()
    os._exit(status)


def _awaitables(results: Iterable[Any]) -> list[Awaitable[None]]:
    return [result for result in results if inspect.isawaitable(result)]


async def _shut_down(hooks: "pluggy.PluginManager | None", context: Context) -> None:
    ending = [_bounded(each) for each in _awaitables(hooks.hook.shutdown(context=context))] if hooks else []
    for result in await asyncio.gather(*ending, return_exceptions=True):
        if isinstance(result, Exception):
            log.error("a plugin's shutdown failed: %r", result)


async def _bounded(awaitable: Awaitable[None]) -> None:
    async with asyncio.timeout(_SHUTDOWN_MAX):
        await awaitable


async def _logged(awaitable: Awaitable[None]) -> None:
    try:
        await awaitable
    except Exception:
        log.exception("a plugin's startup failed")
