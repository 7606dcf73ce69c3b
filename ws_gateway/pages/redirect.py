"""What the port says to whoever comes without TLS: the same address, with it."""

from tornado.web import HTTPError

from ws_gateway.http.handler import Handler
from ws_gateway.pages.public_files import PingHandler


class RedirectHandler(Handler):
    """Leads to the console's own address, never to another host or port than the one that was asked."""

    def get(self) -> None:
        """301; what is asked for without TLS gets no other answer."""
        uri = self.request.uri or ""
        if not uri.startswith("/"):
            raise HTTPError(400)
        self.redirect(f"https://{self.request.host}{uri}", permanent=True)


ROUTES = [
    (r"/ping", PingHandler),
    (r".*", RedirectHandler),
]
