"""Running programs as nobody, even where root keeps the interpreter in a folder that only root may enter."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.namespace import Namespace


@contextmanager
def prefix(uid: int, needed: list[Path]) -> Iterator[list[str]]:
    """The words to put before a command for it to run as `uid`, with all that is `needed` within reach.

    Not being root, we are unprivileged already. Folders in the way are replaced, in a mount namespace of the
    programs' own, by ones that hold nothing but the way to what is needed.
    """
    if os.geteuid() != 0:
        yield []
        return
    namespace = Namespace()
    try:
        for path in needed:
            _clear_way(namespace, path)
        drop = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs", "--"]
        yield namespace.enter(drop)
    finally:
        namespace.close()


def _clear_way(namespace: Namespace, path: Path) -> None:
    closed = next((each for each in reversed(path.parents) if not each.stat().st_mode & 0o001), None)
    if closed is None:
        return
    step = closed / path.relative_to(closed).parts[0]
    with tempfile.TemporaryDirectory(prefix="ph-") as aside:
        namespace.mount("--bind", step, aside)
        namespace.mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", closed)
        namespace.run("mkdir", step)
        namespace.mount("--move", aside, step)
