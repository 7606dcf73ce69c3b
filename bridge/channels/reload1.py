"""`reload1`: tells the shell which plugins were edited; for authors, with `pilothouse serve --reload` only."""

from typing import TYPE_CHECKING

from bridge.channel import Channel, NoOptions
from bridge.protocol import Problem, encode_json

if TYPE_CHECKING:
    from bridge.live_reload import Change


class ReloadChannel(Channel):
    """Each message is a JSON object: `pages`, the plugins with new pages; `console`, whether to load everything."""

    payload = "reload1"

    async def run(self, options: NoOptions) -> None:
        if self.context.live_reload is None:
            raise Problem("not-supported", "live reload is not switched on")
        self.ready()
        await self.context.live_reload.listen(self._tell)

    def _tell(self, change: "Change") -> None:
        self.send(encode_json({"pages": sorted(change.pages), "console": change.console}))
