"""What anybody may have: the login page's files, and small constants (reference 4.3)."""

from tornado.web import HTTPError

from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.http.static_files import FAVICONS


class PingHandler(Handler):
    """Says that a console is here, to anybody."""

    def get(self) -> None:
        """A constant."""
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Content-Type", "application/json")
        self.finish('{ "service": "cockpit" }')


class AuthorityHandler(Handler):
    """The certificate to believe in, for who wants to install it."""

    def get(self) -> None:
        """It, in PEM; 404 where a certificate of an authority is in use."""
        system = self.gateway.settings.system
        if system is None or not system.authority:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/x-x509-ca-cert")
        self.finish(system.authority)


class RobotsHandler(Handler):
    """Keeps search engines away."""

    def get(self) -> None:
        """A constant."""
        self.set_header("Content-Type", "text/plain")
        self.finish("User-agent: *\nDisallow: /\n")


class StaticHandler(Handler):
    """The files of the login page."""

    def get(self, *names: str) -> None:
        """The first of the files that there is, or 304 where the browser has it."""
        files = self.gateway.static_files
        file = next((files[name] for name in names or FAVICONS if name in files), None)
        if file is None:
            raise HTTPError(404)
        self.set_header("Cache-Control", "no-cache")
        self.set_header("ETag", file.etag)
        if self.check_etag_header():
            self.set_status(304)
            return
        self.set_header("Content-Type", file.content_type)
        self.finish(file.content)


ROUTES = [
    (r"/ping", PingHandler),
    (r"/ca\.cer", AuthorityHandler),
    (r"/favicon\.ico", StaticHandler),
    (r"/(apple-touch-icon\.png)", StaticHandler),
    (r"/cockpit/static/((?:[^/]+/)?[^/]+)", StaticHandler),
    (r"(?:/[^/]*)*/robots\.txt", RobotsHandler),
]


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """Static files and constants."""
    return list(ROUTES)
