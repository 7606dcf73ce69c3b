"""What the channels of one bridge share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bridge.plugins import ChannelTable
from bridge.processes.grace import Grace

if TYPE_CHECKING:
    from bridge.files.name_sync import NameSync
    from bridge.internal.bus import InternalBus
    from bridge.internal_streams import InternalStreams
    from bridge.live_reload import LiveReload
    from bridge.packages import Packages
    from bridge.superuser.superuser import Superuser


@dataclass
class Context:
    """The surroundings of a bridge: its environment, its channels and its packages."""

    environ: Mapping[str, str]
    channels: ChannelTable
    package_folders: list[str] = field(default_factory=list)
    """Folders of packages that installed plugins brought."""
    grace: Grace = field(default_factory=Grace)
    """What the bridge's children are given to end."""
    privileged: bool = False
    """Whether this is the superuser bridge: it takes nothing from a place that anybody but root can write to."""
    superuser: "Superuser" = field(init=False)
    """The superuser bridge, once there is a router to have one."""
    restart_backends: Callable[[frozenset[str]], None] = lambda _: None
    """Ends the back ends of these packages."""
    page_asked: Callable[[str], None] = lambda _: None
    """A page of this package was asked for, and found."""
    packages_reloaded: list[Callable[[], None]] = field(default_factory=list)
    """Called when the packages were looked for anew."""

    @cached_property
    def packages(self) -> "Packages":
        """The packages of this host, searched for at first use."""
        from bridge.packages import Packages

        return Packages(self.environ, extra=self.package_folders, privileged=self.privileged)

    @cached_property
    def live_reload(self) -> "LiveReload | None":
        """What watches the plugins for their authors, if that is switched on."""
        from manifests.search import RELOAD

        if self.environ.get(RELOAD) != "1":
            return None
        from bridge.live_reload import LiveReload

        return LiveReload(self, self.restart_backends)

    @cached_property
    def internal(self) -> "InternalBus":
        """The bus with the bridge's own objects."""
        from bridge.internal.bus import InternalBus
        from bridge.internal.catalogue import objects_of

        return InternalBus(objects_of(self))

    @cached_property
    def internal_streams(self) -> "InternalStreams":
        """Descriptors that wait to be opened as channels."""
        from bridge.internal_streams import InternalStreams

        return InternalStreams()

    @cached_property
    def name_sync(self) -> "NameSync":
        """What makes the names of saved files durable."""
        from bridge.files.name_sync import NameSync

        return NameSync()

    def capabilities(self) -> dict[str, list[str]]:
        """What the `info` channel says of channels."""
        return self.channels.capabilities()
