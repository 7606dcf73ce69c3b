"""The packages of this host: what they are, and the files of theirs that pages load (protocol reference 5)."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from manifests.payloads import BUILT_IN_PAYLOADS
from manifests.report import report
from manifests.search import RELOAD, Discovery, Package, Refused, discover

if TYPE_CHECKING:
    from bridge.packages.checksum import Checksum
    from bridge.packages.responses import Response

log = logging.getLogger(__name__)


class Packages:
    """The packages of this host. Nothing is read before the first use; every method may be called from any thread."""

    def __init__(
        self,
        environ: Mapping[str, str],
        extra: Iterable[str] = (),
        *,
        privileged: bool = False,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """`extra` are further folders, a package each; a list that grows later is read again when it has grown.

        `privileged`: take packages only from folders that nobody but root can write to. `clock`: what time it is for
        the age of files.
        """
        self._environ = environ
        self._extra = extra if isinstance(extra, list) else list(extra)
        self._privileged = privileged
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._logged: set[str] = set()
        self._clock = clock
        self._taking = threading.Lock()
        self._taken: tuple[_Known, Checksum | None] | None = None

    @property
    def packages(self) -> dict[str, Package]:
        """By name, in the order of names."""
        return self._load().discovery.packages

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What was found and is not taken, and why."""
        return self._load().discovery.refused

    def names(self) -> list[str]:
        """The names, in order."""
        return list(self.packages)

    def manifests(self) -> dict[str, Any]:
        """What packages say of themselves, by name, as pages see it: not to be modified."""
        return {name: package.manifest.raw for name, package in self.packages.items()}

    def report(self) -> dict[str, Any]:
        """Everything there is to say about the plugins of this host (`manifests.report`)."""
        known = self._load()
        return report(known.discovery, tuple(known.taken))

    def backend_of(self, payload: str) -> Package | None:
        """The package whose back end takes the channels of `payload`."""
        return self._load().backends.get(payload)

    def reload(self) -> None:
        """Look for packages anew; what is being sent is not disturbed."""
        self._load(anew=True)

    def checksum(self) -> str | None:
        """What stands for all packages as they are on the disk now; None while they are being changed.

        Every version of the packages has one of its own, which never comes back. Waits for the disk, about 2 ms.
        """
        taken = self._checksum(self._load(), anew=True)
        return taken.value if taken else None

    def respond(self, path: str, headers: Mapping[str, str]) -> "Response":
        """The answer to a GET of `path`, such as `/shell/index.html`; waits for the disk.

        What cannot be answered is a response of 400, 404 or 500 that repeats nothing of the request.
        """
        from bridge.packages.answers import Answering, guarded

        def answer() -> "Response":
            known = self._load()
            return Answering(known.discovery.packages, partial(self._checksum, known), self._warn).respond(
                path, headers
            )

        return guarded(answer)

    def _load(self, *, anew: bool = False) -> "_Known":
        extra = tuple(self._extra)
        with self._lock:
            known = self._known
            if known is None or anew or known.extra != extra:
                discovery = discover(self._environ, extra=extra, privileged=self._privileged)
                backends, taken = _backends(discovery)
                known = self._known = _Known(extra, discovery, backends, taken)
                faults = [f"{item.path}: {item.reason}" for item in discovery.refused if item.fault]
                self._warn([*faults, *discovery.warnings, *taken])
        return known

    def _checksum(self, known: "_Known", anew: bool) -> "Checksum | None":
        if self._environ.get(RELOAD) == "1":
            return None  # what is being edited is kept nowhere
        from bridge.packages import checksum  # not before `init`: it costs more than all else here

        with self._taking:
            if anew or self._taken is None or self._taken[0] is not known:
                try:
                    self._taken = known, checksum.take(known.discovery.packages.values(), self._clock())
                except checksum.TooManyFilesError:
                    self._warn([f"there are more than {checksum.FILES_MAX} files in packages: none is kept for long"])
                    self._taken = known, None
            return self._taken[1]

    def _warn(self, texts: list[str]) -> None:
        for text in texts:
            if text not in self._logged:
                self._logged.add(text)
                log.warning("%s", text)


@dataclass(frozen=True, slots=True)
class _Known:
    extra: tuple[str, ...]
    discovery: Discovery
    backends: dict[str, Package]
    taken: list[str]


def _backends(discovery: Discovery) -> tuple[dict[str, Package], list[str]]:
    """Back ends by payload, and what is wrong with others: the first in the search order has it, ours before all."""
    backends: dict[str, Package] = {}
    taken = []
    for package in sorted(discovery.packages.values(), key=lambda package: (not package.built_in, package.rank)):
        backend = package.manifest.backend
        for payload in backend.payloads if backend else ():
            if payload in BUILT_IN_PAYLOADS:
                taken.append(f"{package.directory}: the payload {payload!r} is built in")
                continue
            owner = backends.setdefault(payload, package)
            if owner is not package:
                taken.append(f"{package.directory}: the payload {payload!r} belongs to the package {owner.name!r}")
    return backends, taken
