import errno
import os
import resource
import socket
from collections.abc import Iterator

import pytest

from ws_gateway.listening.listener import Listener


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_without_a_descriptor_a_connection_is_refused_and_the_next_one_served(limits: tuple[int, int]) -> None:
    with Listener(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        client = socket.create_connection(listener.getsockname())
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
        with pytest.raises(BlockingIOError):
            listener.accept()
        client.settimeout(5)
        assert client.recv(1) == b""
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        client.close()
        client = socket.create_connection(listener.getsockname())
        served, _ = listener.accept()
        served.close()
        client.close()


def test_when_nobody_comes_it_says_so_as_usual() -> None:
    with Listener(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        with pytest.raises(BlockingIOError) as caught:
            listener.accept()
        assert caught.value.errno == errno.EAGAIN
