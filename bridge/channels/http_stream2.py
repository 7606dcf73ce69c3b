"""`http-stream2`: one request to an HTTP server of the host, or that the host reaches (reference 2.12)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.channel import Channel
from bridge.http.options import RequestOptions

if TYPE_CHECKING:
    from bridge.http.exchange import Head


class HttpStream2Channel(Channel):
    """Data is the request's body; then come `response {status, reason, headers}` and the response's body.

    The channel closes with `not-found` where nobody listens, `unknown-hostkey` for a certificate that is not trusted,
    `terminated` when the connection fails later.
    """

    payload = "http-stream2"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options(RequestOptions):
        """See reference 2.12."""

    async def run(self, options: Options) -> None:
        from bridge.http.exchange import exchange

        options.check()
        self.ready()
        await exchange(self, options, self._announce)
        self.done()

    async def _announce(self, head: "Head") -> None:
        self.control("response", status=head.status, reason=head.reason, headers=head.headers)
