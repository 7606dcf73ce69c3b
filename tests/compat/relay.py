"""Stands between a gateway and a bridge, and writes down what they say: relay.py LOG COMMAND [ARGUMENT]...

Each line of the log is `>` (to the bridge) or `<` (from it), a blank, and a control message as compact JSON; or, for
data, the channel, a blank and the first 300 characters.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO


def relay(arrow: str, source: IO[bytes], sink: IO[bytes], log: IO[str]) -> None:
    while digits := source.readline():
        body = source.read(int(digits))
        channel, _, payload = body.partition(b"\n")
        if channel:
            text = f"{channel.decode()} {payload[:300].decode(errors='replace')!r}"
        else:
            text = json.dumps(json.loads(payload), separators=(",", ":"))
        log.write(f"{arrow} {text}\n")
        try:
            sink.write(digits + body)
            sink.flush()
        except BrokenPipeError:
            break
    sink.close()


def main(path: str, argv: list[str]) -> int:
    with (
        Path(path).open("a", buffering=1) as log,
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bridge,
    ):
        assert bridge.stdin
        assert bridge.stdout
        back = threading.Thread(target=relay, args=("<", bridge.stdout, sys.stdout.buffer, log))
        back.start()
        relay(">", sys.stdin.buffer, bridge.stdin, log)
        back.join()
        return bridge.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
