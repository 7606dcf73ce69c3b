"""Which objects the internal bus has."""

from functools import partial
from typing import TYPE_CHECKING

from bridge.internal.config_values import ConfigValues
from bridge.internal.environment import Environment
from bridge.internal.login_messages import LoginMessages
from bridge.internal.machine_files import folders_of
from bridge.internal.machines import MachinesObject
from bridge.internal.objects import InternalObject
from bridge.internal.packages import PackagesObject
from bridge.internal.plugins import PluginsObject
from bridge.internal.process_info import ProcessInfo
from bridge.internal.superuser import SuperuserObject
from bridge.internal.user import User
from manifests.configuration import Configuration

if TYPE_CHECKING:
    from bridge.context import Context


def objects_of(context: "Context") -> list[InternalObject]:
    """The objects of one bridge; the superuser bridge serves no packages."""

    def reloaded() -> None:
        for listener in context.packages_reloaded:
            listener()

    return [
        *([] if context.privileged else [PackagesObject(context.packages, reloaded), PluginsObject(context.packages)]),
        ConfigValues(partial(Configuration, {} if context.privileged else context.environ)),
        Environment(context.environ),
        LoginMessages(context.environ),
        MachinesObject(folders_of(context.environ, privileged=context.privileged)),
        ProcessInfo(context.environ),
        SuperuserObject(context.superuser),
        User(context.environ),
    ]
