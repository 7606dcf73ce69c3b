"""A WebSocket server for tests: websocket_server.py SOCKET. `/echo` repeats, `/close` ends the connection with 4001."""

import asyncio
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_unix_socket
from tornado.web import Application
from tornado.websocket import WebSocketHandler


class Echo(WebSocketHandler):
    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return "second" if "second" in subprotocols else None

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))


class Close(WebSocketHandler):
    def open(self) -> None:
        self.close(4001, "for a reason")


async def main(path: str) -> None:
    server = HTTPServer(Application([("/echo", Echo), ("/close", Close)], websocket_max_message_size=1 << 22))
    server.add_socket(bind_unix_socket(path))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
