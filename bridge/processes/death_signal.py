"""A signal for a process group in case this process dies, however it dies: SIGKILL runs no code of ours any more.

The kernel sends it. A socket can name a process group that is signalled when something happens to it (fcntl(2),
O_ASYNC, F_SETOWN), such as the end of its other half. That other half is held by nobody but this process; the socket
itself is on its way to that half and never taken from there (unix(7), SCM_RIGHTS), so that no process needs to hold it,
and it lives exactly until the half closes. The group is one by identity: a number used again is not meant.

prctl(PR_SET_PDEATHSIG) would reach the child alone, not what it started, and has to be called in the child, which costs
the fast path of fork.
"""

import contextlib
import fcntl
import os
import signal
import socket

_F_SETSIG = 10
"""fcntl(2); Python has no name for it."""


class DeathSignal:
    """From now until `cancel`, the death of this process sends SIGTERM to the process group `group`.

    As with kill(2), processes of the group that are not this user's are spared. OSError without a descriptor.
    """

    __slots__ = ("_half",)

    def __init__(self, group: int) -> None:
        self._half, other = socket.socketpair()
        try:
            with other:
                fcntl.fcntl(other, fcntl.F_SETOWN, -group)
                fcntl.fcntl(other, _F_SETSIG, signal.SIGTERM)
                socket.send_fds(other, [b"\0"], [other.fileno()])
                fcntl.fcntl(other, fcntl.F_SETFL, os.O_ASYNC)
        except BaseException:
            self._half.close()
            raise

    def cancel(self) -> None:
        """The group may live on; a second call does nothing."""
        with self._half as half, contextlib.suppress(OSError):
            # Where there is no descriptor left to receive it, it is closed already, which serves as well.
            for other in socket.recv_fds(half, 1, 1)[1]:
                fcntl.fcntl(other, fcntl.F_SETFL, 0)
                os.close(other)
