"""`fswatch1`: events of a file, or of a directory and its entries (reference 2.9)."""

from dataclasses import dataclass

from bridge.channel import Channel
from bridge.files.paths import absolute
from bridge.files.reports import Reports


class FileWatchChannel(Channel):
    """Tells what happens at `path` from `ready` on, also when any component of the path is replaced.

    Events come at up to ten a second, merged. When the system allows no more watches, that is the problem `limit`.
    """

    payload = "fswatch1"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.9."""

        path: str

    async def run(self, options: Options) -> None:
        with Reports(absolute(options.path)) as reports:
            self.ready()
            await reports.send_to(self)
        self.done()
