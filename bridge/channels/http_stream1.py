"""`http-stream1`: files of this host's packages, and requests to servers like `http-stream2` (reference 2.13, 2.18)."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.channel import BLOCK_SIZE, Channel
from bridge.http.options import RequestOptions
from bridge.packages.files import FileBody
from bridge.packages.responses import Response
from bridge.protocol import Problem, encode_json

if TYPE_CHECKING:
    from bridge.http.exchange import Head

_BLOCK = 4 * BLOCK_SIZE


class HttpStreamChannel(Channel):
    """The first message is the status, reason and headers as JSON, what follows is the body.

    With `internal: "packages"` it answers one GET or HEAD; the gateway opens it for every file of a page. It begins
    when the other side is done, and takes no data. Otherwise the request goes to a server: see `http-stream2`.
    """

    payload = "http-stream1"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options(RequestOptions):
        """`internal` is `packages` or absent. Only requests for packages must have headers."""

        internal: str | None = None

    async def run(self, options: Options) -> None:
        match options.internal:
            case "packages":
                await self._serve_package(options)
            case None:
                await self._ask_server(options)
            case other:
                raise Problem("not-supported", f"attribute 'internal': {other!r:.60} is not supported")

    async def _ask_server(self, options: Options) -> None:
        from bridge.http.exchange import exchange

        options.check()
        self.ready()
        await exchange(self, options, self._announce)
        self.done()

    async def _announce(self, head: "Head") -> None:
        await self.write(encode_json(head._asdict()))

    async def _serve_package(self, options: Options) -> None:
        if options.headers is None:
            raise Problem("protocol-error", "attribute 'headers' required")
        if options.method not in ("GET", "HEAD"):
            raise Problem("protocol-error", "attribute 'method': must be GET or HEAD")
        self.ready()
        await self.wait_done()
        response = await self._respond(options.path, options.headers)
        if options.method == "GET" and response.is_page:
            self.context.page_asked(options.path.split("/")[1])
        try:
            status = {"status": response.status, "reason": response.reason, "headers": response.headers}
            await self.write(encode_json(status))
            if options.method == "GET":
                await self._send(response.body)
        finally:
            response.close()
        self.done()

    async def _respond(self, path: str, headers: dict[str, str]) -> Response:
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(None, self.context.packages.respond, path, headers)
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            answer.add_done_callback(_discard)
            raise

    async def _send(self, body: bytes | FileBody) -> None:
        if isinstance(body, bytes):
            await self._write_blocks(body)
            return
        while piece := await _read(body):
            await self._write_blocks(piece)

    async def _write_blocks(self, content: bytes) -> None:
        for start in range(0, len(content), _BLOCK):
            await self.write(content[start : start + _BLOCK])


async def _read(body: FileBody) -> bytes:
    try:
        return await body.read()
    except ValueError as exc:
        raise Problem("internal-error", str(exc)) from None


def _discard(answer: "asyncio.Future[Response]") -> None:
    if not answer.cancelled() and not answer.exception():
        answer.result().close()
