"""The ways to root's rights that this machine has: the privileged entries of `bridges` in manifests (reference 3.4)."""

import asyncio
import logging
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.peers import bridge_configs
from bridge.peers.bridge_configs import Command
from bridge.processes.grace import Grace
from bridge.processes.process import Process
from bridge.protocol import Problem
from manifests.model import BridgeConfig
from manifests.search import PLUGIN_PATH, Package

log = logging.getLogger(__name__)

PROBE_MAX = 5.0
"""Seconds that sudo may take to print its help, or polkit to answer."""
_PKEXEC_ACTION = "org.freedesktop.policykit.exec"
"""What pkexec asks polkit for. We are no authentication agent: it must be granted without a question (pkcheck(1))."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way: `name` is what it is called, which `is_labelled` if it is meant for people."""

    name: str
    is_labelled: bool
    command: Command


async def find_candidates(packages: Iterable[Package], environ: Mapping[str, str], grace: Grace) -> list[Candidate]:
    """Those whose program is installed and can do what it must, the preferred one first."""
    found = []
    for package, config in bridge_configs.in_order(packages):
        if not config.privileged or not config.spawn:
            continue
        try:
            if _is_trusted(package, environ) and await _is_usable(config, environ, grace):
                name = config.label or os.path.basename(config.spawn[0])
                found.append(Candidate(name, config.label is not None, bridge_configs.command(config, {})))
        except (OSError, Problem) as exc:
            log.warning("%s: its privileged bridge is left out: %s", package.directory, exc)
    return found


def _is_trusted(package: Package, environ: Mapping[str, str]) -> bool:
    """Whether the package may say how to become root: ours, root's, and what somebody named on purpose."""
    return package.built_in or bool(environ.get(PLUGIN_PATH)) or os.stat(package.directory).st_uid == 0


async def _is_usable(config: BridgeConfig, environ: Mapping[str, str], grace: Grace) -> bool:
    own = {**environ, **dict(bridge_configs.command(config, {}).environ)}
    program = shutil.which(config.spawn[0], path=own.get("PATH", ""))
    if program is None:
        return False
    match os.path.basename(program):
        case "sudo":
            # Some programs of this name know no askpass.
            return await _succeeds((program, "-A", "--help"), own, grace)
        case "pkexec":
            return await _succeeds(
                ("pkcheck", "--action-id", _PKEXEC_ACTION, "--process", str(os.getpid())), own, grace
            )
    return True


async def _succeeds(argv: tuple[str, ...], environ: Mapping[str, str], grace: Grace) -> bool:
    async with Process.start(argv, environ=environ, grace=grace) as process:
        try:
            async with asyncio.timeout(PROBE_MAX):
                return await process.wait() == 0
        except TimeoutError:
            return False
