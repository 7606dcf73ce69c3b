"""`/cockpit/channel/CSRF-TOKEN?BASE64`: one channel as one HTTP response, for downloads (reference 4.5)."""

import hmac
from contextlib import suppress

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from bridge.protocol import Control, Problem
from ws_gateway.channels.external_options import ExternalOptions, parse_options
from ws_gateway.channels.internal_channel import InternalChannel
from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.relay.session import Session

PATH = r"/cockpit/channel/([A-Za-z0-9_-]{1,128})"
POLICY = "default-src 'none'; sandbox allow-downloads; frame-ancestors 'self'"
"""What comes through a channel is data: it shall not run as a page of ours."""


def check_token(session: Session | None, token: str) -> Session:
    """The session, if the CSRF token is its own; 404 otherwise."""
    if session is None or not hmac.compare_digest(session.csrf_token.encode(), token.encode()):
        raise HTTPError(404)
    return session


class ExternalHandler(Handler):
    """A download."""

    _channel: InternalChannel | None = None

    async def get(self, token: str) -> None:
        """The channel's data; 404 without the session that the token belongs to."""
        session = check_token(self.session(), token)
        try:
            options = parse_options(self.request.query)
        except ValueError:
            raise HTTPError(400) from None
        with suppress(StreamClosedError):
            await self._send(session, options)

    def on_connection_close(self) -> None:
        """Nobody reads any more."""
        if self._channel is not None:
            self._channel.close()

    async def _send(self, session: Session, options: ExternalOptions) -> None:
        channel = self._channel = InternalChannel(session, options.members)
        try:
            channel.control("done")
            self._send_head(await channel.receive(), options.headers)
            if self.request.method == "HEAD":
                return
            await self.flush()
            while (event := await channel.receive()) is not None:
                if not isinstance(event, Control):
                    self.write(event.payload)
                    await self.flush()
        except Problem as problem:
            self._break_off(problem)
        finally:
            channel.close()

    def _send_head(self, first: object, headers: dict[str, str]) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        for name, value in headers.items():
            self.set_header(name, value)
        if not isinstance(first, Control):
            if first is not None:
                raise Problem("protocol-error", "the channel sent data before it was ready")
            return
        size = first.message.get("size-hint")
        if type(size) is int and size >= 0:
            self.set_header("Content-Length", str(size))

    def _break_off(self, problem: Problem) -> None:
        if not self._headers_written:
            self.fail(problem)
        elif self.request.connection is not None:
            self.request.connection.stream.close()  # type: ignore[attr-defined]


ROUTES = [(PATH, ExternalHandler)]


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """External channels as downloads."""
    return list(ROUTES)
