"""The shell's document, at `/` and at every page's address (reference 4.3)."""

import re
from urllib.parse import unquote

from tornado.web import HTTPError

from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.pages.login_page import send_login_page
from ws_gateway.pages.resources import LOCAL, SEGMENTS_MAX, FileHandler

_PAGE = re.compile(r"/(?:@[A-Za-z0-9_.:@\[\]-]{1,255})?(?:/?[A-Za-z0-9_-]+(?:/[^/\x00-\x1f\x7f%\\]+)*)?/?")


def is_page(path: str) -> bool:
    """Whether a path can be a page of the shell's."""
    hidden = "//" in path or "/." in path or path.count("/") > SEGMENTS_MAX
    return _PAGE.fullmatch(path) is not None and not hidden and path.split("/")[1] != "cockpit"


class ShellHandler(FileHandler):
    """`/`, `/PACKAGE…` and `/@HOST/PACKAGE…`: the shell's document, which finds the page by its address."""

    async def get(self, path: str) -> None:
        """The shell, or the login page."""
        plain = unquote(path)
        if not is_page(plain):
            raise HTTPError(404)
        session = self.session()
        if session is None:
            send_login_page(self)
        else:
            await self.send_file(session, LOCAL, self.gateway.config.shell, is_shell=True)


ROUTES = [(r"(/.*)", ShellHandler)]


@hookimpl(trylast=True)
def routes() -> list[tuple[str, type[Handler]]]:
    """What no other route is for may be a page."""
    return list(ROUTES)
