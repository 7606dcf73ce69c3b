"""What `sudo -A` runs to ask for a password: passes the question on to the bridge and prints its answer.

The bridge puts a copy of this file beside its socket, in a folder that only the user can look into; it runs there as
the user, without anything else of this program.
"""

import socket
import sys
from pathlib import Path

ANSWER_MAX = 4096


def main() -> int:
    """Exit status 1 means that nobody answered, which ends sudo."""
    with socket.socket(socket.AF_UNIX) as bridge:
        bridge.connect(str(Path(sys.argv[0]).with_name("socket")))
        bridge.sendall(" ".join(sys.argv[1:]).encode(errors="replace"))
        bridge.shutdown(socket.SHUT_WR)
        answer = b""
        while len(answer) <= ANSWER_MAX and (piece := bridge.recv(ANSWER_MAX)):
            answer += piece
    if not answer:
        return 1
    sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
