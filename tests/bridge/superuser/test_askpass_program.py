"""What sudo runs to ask: the program alone, against a socket that answers in its way."""

import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bridge.superuser import askpass_program


@pytest.mark.parametrize(
    ("answer", "status", "output"), [(b"s3cret", 0, b"s3cret\n"), (b"", 1, b""), (b"x" * 4096, 0, b"x" * 4096 + b"\n")]
)
def test_it_prints_the_answer(tmp_path: Path, answer: bytes, status: int, output: bytes) -> None:
    program = tmp_path / "askpass"
    shutil.copy(str(askpass_program.__file__), program)
    asked: list[bytes] = []

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            while piece := connection.recv(100):
                asked.append(piece)
            connection.sendall(answer)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        done = subprocess.run([sys.executable, "-IS", program, "a", "b"], capture_output=True, check=False)
        thread.join()
    assert (done.returncode, done.stdout, b"".join(asked)) == (status, output, b"a b")
