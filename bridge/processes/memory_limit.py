"""How much memory this process may have: who asks for more gets a MemoryError, not the machine's last page."""

import resource

MIB = 1024 * 1024


def limit(mebibytes: int) -> None:
    """Bound the data of this process (setrlimit(2), RLIMIT_DATA): heap, stacks of threads, private mappings."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = mebibytes * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def lift(pid: int) -> None:
    """Let a child have what the system lets it have; it inherited our own bound, which was not meant for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == hard:
        return
    try:
        resource.prlimit(pid, resource.RLIMIT_DATA, (hard, hard))
    except ProcessLookupError:
        return
