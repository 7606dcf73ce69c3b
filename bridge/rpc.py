"""Back ends made easy: JSON-RPC 2.0 methods and a published state over one channel.

One JSON object per frame. The page sends requests and the notification `cancel {id}`. The back end sends replies and
four notifications: `state {patch, complete?}`, merge patches (RFC 7396) that together make up the published state;
`progress {id, done, total, text}`; `item {id, value}`, what a method that is a stream yields, before its reply;
`sample {rows}`, figures that are worth nothing later.

A reply is sent only after the patches of what its method changed. While the page does not keep up, patches merge and
samples are dropped: nothing queues.
"""

import asyncio
import contextlib
import inspect
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from bridge import options as options_of
from bridge.channel import Channel
from bridge.protocol import JsonObject, Problem, decode_json, encode_control, encode_json
from manifests import merge

log = logging.getLogger(__name__)

PATCH_INTERVAL = 0.25
"""Seconds between patches; after quiet the first goes at once."""
LOAD_INTERVAL = 0.03
"""The same until the first load is complete, when somebody looks at an empty page."""
PROGRESS_INTERVAL = 0.1
"""Seconds between progress notifications of one request; the last one always goes."""
REQUESTS_MAX = 64
"""Requests that run at a time; more are not read until one has its reply."""
REQUEST_BYTES_MAX = 1024 * 1024
"""Bytes of one request."""

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, PROBLEM = -32700, -32600, -32601, -32602, -32000
"""Error codes: JSON-RPC 2.0 section 5.1; PROBLEM carries a problem in `data`."""

M = TypeVar("M", bound=Callable[..., Coroutine[Any, Any, Any] | AsyncIterator[Any]])


def method(function: M) -> M:
    """Mark a coroutine method of an `RpcChannel` as one that pages may call, by its own name.

    An asynchronous generator is a stream: the page gets each item as it is yielded, and the generator goes on when the
    page has taken what came before; the result is null.

    Parameters come by name and are checked against their annotations (`bridge.options`); where the first one is
    annotated `Progress`, the method gets one. What it returns is the result, a Problem it raises the error.
    """
    function.__rpc__ = True  # type: ignore[attr-defined]
    return function


class Progress:
    """How far one request is; made by the channel for methods that want it."""

    def __init__(self, channel: "RpcChannel", request: object) -> None:
        self._channel = channel
        self._request = request
        self._last = float("-inf")
        self._is_complete = False

    def report(self, done: float, total: float, text: str = "") -> None:
        """Tell the page, unless it was told a moment ago; `done` and `total` are of any one unit."""
        now = asyncio.get_running_loop().time()
        is_due = now - self._last >= PROGRESS_INTERVAL and not self._channel.is_overloaded
        if is_due or (done >= total and not self._is_complete):
            self._last = now
            self._is_complete = done >= total
            self._channel.notify("progress", id=self._request, done=done, total=total, text=text)


class RpcChannel(Channel):
    """A channel of a back end: methods marked with `@method`, and a state that pages follow.

    `run` sets up what the methods need, publishes, and awaits `serve`; the default only serves.
    """

    methods: ClassVar[dict[str, tuple[Callable[..., Any], bool]]] = {}
    """Name on the wire: the method, and whether it wants a Progress."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        inherited = {
            name: known for base in reversed(cls.__bases__) for name, known in getattr(base, "methods", {}).items()
        }
        cls.methods = inherited | {
            name: (function, _wants_progress(function))
            for name, function in vars(cls).items()
            if getattr(function, "__rpc__", False)
        }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.state: JsonObject = {}
        self._sent_state: JsonObject = {}
        self._loaded = False
        self._loaded_sent = False
        self._changed = asyncio.Event()
        self._publisher: asyncio.Task[None] | None = None
        self._requests: dict[object, asyncio.Task[None]] = {}

    async def run(self, options: Any) -> None:
        self.ready()
        await self.serve()

    # For the subclass

    def publish(self, patch: JsonObject) -> None:
        """Merge `patch` into the published state (RFC 7396: null removes); the page is told soon."""
        self.state = merge.apply(self.state, patch)
        self._wake_publisher()

    def loaded(self) -> None:
        """The first load is complete: what the state does not have, is not there."""
        self._loaded = True
        self._wake_publisher()

    def sample(self, rows: Any) -> None:
        """Send figures of this moment; dropped while the page does not keep up."""
        if not self.is_overloaded:
            self.notify("sample", rows=rows)

    def notify(self, name: str, **params: Any) -> None:
        """Send a notification."""
        self.send(encode_json({"jsonrpc": "2.0", "method": name, "params": params}))

    async def serve(self) -> None:
        """Answer requests until the other side is done and every request has its reply."""
        async with asyncio.TaskGroup() as tasks:
            async for frame in self.read():
                self._receive(frame, tasks)
                while len(self._requests) >= REQUESTS_MAX:
                    await asyncio.wait(self._requests.values(), return_when=asyncio.FIRST_COMPLETED)

    def close(self, problem: Problem | None = None) -> None:
        if self._publisher:
            self._publisher.cancel()
        super().close(problem)

    # Requests

    def _receive(self, frame: bytes, tasks: asyncio.TaskGroup) -> None:
        request: str | int | None = None
        try:
            if len(frame) > REQUEST_BYTES_MAX:
                raise _RequestError(INVALID_REQUEST, f"a request is longer than {REQUEST_BYTES_MAX} bytes")
            request, name, params = _parse_request(frame)
            if request is None:
                self._receive_notification(name, params)
                return
            if request in self._requests:
                raise _RequestError(INVALID_REQUEST, f"the id {request!r:.40} is in use")
            if name not in self.methods:
                raise _RequestError(METHOD_NOT_FOUND, f"there is no method {name!r:.80}")
        except _RequestError as exc:
            self._reply(
                {
                    "id": request if exc.request is None else exc.request,
                    "error": {"code": exc.code, "message": str(exc)},
                }
            )
            return
        task = tasks.create_task(self._answer(request, name, params))
        self._requests[request] = task
        task.add_done_callback(lambda _: self._requests.pop(request, None))

    def _receive_notification(self, name: str, params: JsonObject) -> None:
        if name == "cancel" and isinstance(params.get("id"), str | int):
            task = self._requests.get(params["id"])
            if task:
                task.cancel()

    async def _answer(self, request: object, name: str, params: JsonObject) -> None:
        try:
            reply = {"result": await self._call(request, name, params)}
        except asyncio.CancelledError:
            if self._ending:
                raise
            reply = _error(Problem("cancelled", "the request was cancelled"))
        except SystemExit:
            reply = _error(Problem("internal-error", f"the method {name!r:.40} tried to end the process"))
        except Exception as exc:
            reply = _error(self._problem_of(exc))
        await self.drain()
        self._send_patch()
        self._reply({"id": request} | reply)

    async def _call(self, request: object, name: str, params: JsonObject) -> Any:
        function, wants_progress = self.methods[name]
        leading = (self, Progress(self, request)) if wants_progress else (self,)
        called = function(*leading, **options_of.arguments(function, params, skip=len(leading)))
        if not inspect.isasyncgen(called):
            return await called
        async with contextlib.aclosing(called) as items:
            async for item in items:
                self.notify("item", id=request, value=item)
                await self.drain()
        return None

    def _reply(self, members: JsonObject) -> None:
        try:
            self.send(encode_json({"jsonrpc": "2.0"} | members))
        except Problem as problem:
            self.send(encode_control({"jsonrpc": "2.0", "id": members["id"]} | _error(problem))[1:])

    # State

    def _wake_publisher(self) -> None:
        self._changed.set()
        if self._publisher is None and not self._closed:
            self._publisher = self._router.spawn(self._publish_changes())

    async def _publish_changes(self) -> None:
        try:
            while True:
                await self._changed.wait()
                await self.drain()
                self._send_patch()
                await asyncio.sleep(PATCH_INTERVAL if self._loaded_sent else LOAD_INTERVAL)
        except Exception as exc:
            self.end(self._problem_of(exc))

    def _send_patch(self) -> None:
        self._changed.clear()
        patch = merge.diff(self._sent_state, self.state)
        self._sent_state = self.state
        if self._loaded and not self._loaded_sent:
            self._loaded_sent = True
            self.notify("state", patch=patch, complete=True)
        elif patch:
            self.notify("state", patch=patch)


class _RequestError(Exception):
    """A frame that is no request of ours."""

    def __init__(self, code: int, message: str, request: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.request = request


def _parse_request(frame: bytes) -> tuple[str | int | None, str, JsonObject]:
    """Id (None for a notification), method and params of one frame."""
    try:
        message = decode_json(frame)
    except Problem as problem:
        raise _RequestError(PARSE_ERROR, problem.message) from None
    if type(message) is not dict:
        raise _RequestError(INVALID_REQUEST, "a request is one JSON object")
    request, name, params = message.get("id"), message.get("method"), message.get("params", {})
    if request is not None and type(request) not in (str, int):
        raise _RequestError(INVALID_REQUEST, "attribute 'id': must be a string or an integer")
    if type(name) is not str:
        raise _RequestError(INVALID_REQUEST, "attribute 'method' required", request)
    if type(params) is not dict:
        raise _RequestError(INVALID_PARAMS, "attribute 'params': must have type object", request)
    return request, name, params


def _error(problem: Problem) -> JsonObject:
    """The JSON-RPC error that a problem is; a wrong argument has a code of its own."""
    code = INVALID_PARAMS if problem.code == "protocol-error" else PROBLEM
    message = problem.message or problem.code
    return {"error": {"code": code, "message": message, "data": {"problem": problem.code} | problem.extra}}


def _wants_progress(function: Callable[..., Any]) -> bool:
    annotations = [kind for name, kind in function.__annotations__.items() if name != "return"]
    return bool(annotations) and annotations[0] in (Progress, "Progress")
