"""Who listens on a port, as far as /proc tells (proc(5), tcp tables)."""

from contextlib import suppress
from pathlib import Path

_LISTEN = "0A"


def port_owner(port: int, proc: Path = Path("/proc")) -> tuple[str, int] | None:
    """Name and pid of a process that listens on TCP `port`; None where it cannot be seen (another user's)."""
    inodes = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listeners(proc / "net" / table, port)}
    if not inodes:
        return None
    for process in proc.iterdir():
        if process.name.isdigit() and _holds(process / "fd", inodes):
            with suppress(OSError):
                return (process / "comm").read_text(errors="replace").strip(), int(process.name)
    return None


def _listeners(table: Path, port: int) -> list[str]:
    try:
        rows = table.read_text().splitlines()[1:]
    except OSError:
        return []
    cells = [row.split() for row in rows]
    return [c[9] for c in cells if len(c) > 9 and c[3] == _LISTEN and int(c[1].rpartition(":")[2], 16) == port]


def _holds(folder: Path, inodes: set[str]) -> bool:
    try:
        links = list(folder.iterdir())
    except OSError:
        return False
    for link in links:
        with suppress(OSError):
            if str(link.readlink()) in inodes:
                return True
    return False
