"""Windows, pings and acknowledgements (reference 1.10)."""

import os
from pathlib import Path

import pytest
from compat.driver import Control, Data, Peer

BLOCK = 16 * 1024
WINDOW = 2 * 1024 * 1024
ENOUGH = 1 << 30


@pytest.fixture
def big_file(folder: Path) -> Path:
    file = folder / "big"
    file.write_bytes(os.urandom(WINDOW + 10 * BLOCK))
    return file


def _read_window(peer: Peer, channel: str) -> tuple[int, list[int]]:
    """Bytes and ping sequences until the bridge stops by itself."""
    received, sequences = 0, []
    while received < WINDOW:
        event = peer.next(channel)
        if isinstance(event, Data):
            received += len(event.payload)
        else:
            assert event.command == "ping"
            sequences.append(event.message["sequence"])
    peer.barrier()
    for event in peer.waiting(channel):
        if isinstance(event, Data):
            received += len(event.payload)
        else:
            sequences.append(event.message["sequence"])
    return received, sequences


def test_a_window_is_sent_without_confirmation(peer: Peer, big_file: Path) -> None:
    peer.opened("f", "fsread1", path=str(big_file), max_read_size=ENOUGH, binary="raw", **{"flow-control": True})
    received, sequences = _read_window(peer, "f")
    assert received == WINDOW
    assert sequences == list(range(BLOCK, WINDOW + 1, BLOCK))


def test_every_pong_moves_the_window(peer: Peer, big_file: Path) -> None:
    peer.opened("f", "fsread1", path=str(big_file), max_read_size=ENOUGH, binary="raw", **{"flow-control": True})
    _read_window(peer, "f")
    for number in range(1, 4):
        peer.control("pong", channel="f", sequence=number * BLOCK)
        assert len(peer.data("f")) == BLOCK
        peer.expect("ping", "f", sequence=WINDOW + number * BLOCK)
        peer.barrier()
        peer.assert_quiet("f")


def test_blocks_and_pings_alternate(peer: Peer, big_file: Path) -> None:
    peer.opened("f", "fsread1", path=str(big_file), max_read_size=ENOUGH, binary="raw", **{"flow-control": True})
    for number in range(1, 20):
        assert len(peer.data("f")) == BLOCK
        peer.expect("ping", "f", sequence=number * BLOCK)


def test_the_data_is_whole_when_confirmed(peer: Peer, big_file: Path) -> None:
    peer.opened("f", "fsread1", path=str(big_file), max_read_size=ENOUGH, binary="raw", **{"flow-control": True})
    data, close = peer.until("close", "f")
    assert data == big_file.read_bytes()
    assert "problem" not in close


def test_a_stream_stops_at_the_window(peer: Peer, big_file: Path) -> None:
    peer.opened("p", "stream", spawn=["cat", str(big_file)], binary="raw", **{"flow-control": True})
    received, _ = _read_window(peer, "p")
    assert WINDOW <= received < WINDOW + 4 * BLOCK


def test_a_stream_is_whole_when_confirmed(peer: Peer, big_file: Path) -> None:
    peer.opened("p", "stream", spawn=["cat", str(big_file)], binary="raw", **{"flow-control": True})
    data, _ = peer.until("close", "p")
    assert data == big_file.read_bytes()


def test_without_flow_control_there_are_no_pings(peer: Peer, big_file: Path) -> None:
    peer.opened("f", "fsread1", path=str(big_file), max_read_size=ENOUGH, binary="raw")
    received = 0
    while True:
        event = peer.next("f")
        if isinstance(event, Control):
            assert event.command == "done"
            break
        received += len(event.payload)
    assert received == big_file.stat().st_size


def test_closing_a_channel_whose_window_is_shut(peer: Peer, big_file: Path) -> None:
    peer.opened("p", "stream", spawn=["cat", str(big_file)], binary="raw", **{"flow-control": True})
    _read_window(peer, "p")
    peer.close("p")
    peer.until("close", "p")


def test_one_shut_window_stops_no_other_channel(peer: Peer, big_file: Path) -> None:
    peer.opened("p", "stream", spawn=["cat", str(big_file)], binary="raw", **{"flow-control": True})
    _read_window(peer, "p")
    peer.opened("q", "stream", spawn=["cat", str(big_file)], binary="raw", **{"flow-control": True})
    data, _ = peer.until("close", "q")
    assert len(data) == big_file.stat().st_size


def test_a_large_upload_waits_for_its_reader(peer: Peer, folder: Path) -> None:
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    peer.opened("p", "stream", spawn=["dd", f"of={fifo}", "status=none"], binary="raw")
    block = bytes(range(256)) * (BLOCK // 256)
    for _ in range(100):
        peer.send("p", block)
    peer.done("p")
    received = fifo.read_bytes()
    assert received == block * 100
    _, close = peer.until("close", "p")
    assert close["exit-status"] == 0


def test_acks_are_off_by_default(peer: Peer) -> None:
    peer.opened("p", "stream", spawn=["cat"])
    peer.send("p", b"x")
    assert peer.data("p") == b"x"
    peer.barrier()
    peer.assert_quiet("p")


@pytest.mark.parametrize("value", [True, "x", 1])
def test_acks_have_one_unit(peer: Peer, folder: Path, value: object) -> None:
    peer.open("f", "fsreplace1", path=str(folder / "new"), **{"send-acks": value})
    peer.refused("f", "protocol-error")


def test_acks_name_the_value_they_refuse(peer: Peer, folder: Path) -> None:
    peer.open("f", "fsreplace1", path=str(folder / "new"), **{"send-acks": "x"})
    peer.refused("f", "protocol-error", message="attribute 'send-acks': invalid value \"x\" not in ['bytes']")


def test_every_frame_is_acknowledged(peer: Peer, folder: Path) -> None:
    peer.opened("f", "fsreplace1", path=str(folder / "new"), binary="raw", **{"send-acks": "bytes"})
    peer.barrier()
    peer.assert_quiet("f")
    for size in (1, 100, 3 * BLOCK):
        peer.send("f", b"z" * size)
        assert peer.expect("ack", "f") == {"command": "ack", "channel": "f", "bytes": size}


def test_frames_that_nobody_reads_are_not_acknowledged(peer: Peer, folder: Path) -> None:
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    peer.opened("p", "stream", spawn=["dd", f"of={fifo}", "status=none"], binary="raw", **{"send-acks": "bytes"})
    frame = b"z" * 64 * 1024
    for _ in range(20):
        peer.send("p", frame)
    peer.barrier()
    # One that fits the pipe, and one that is being written.
    early = len(peer.waiting("p"))
    assert early <= 2
    peer.done("p")
    assert len(fifo.read_bytes()) == 20 * len(frame)
    for _ in range(20 - early):
        peer.expect("ack", "p", bytes=len(frame))
    peer.expect("done", "p")


def test_a_ping_is_answered_when_what_came_before_was_taken(peer: Peer, folder: Path) -> None:
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    peer.opened("p", "stream", spawn=["dd", f"of={fifo}", "status=none"], binary="raw")
    size = 1024 * 1024
    peer.send("p", b"z" * size)
    peer.control("ping", channel="p", sequence=size)
    peer.barrier()
    peer.assert_quiet("p")
    peer.done("p")
    assert len(fifo.read_bytes()) == size
    peer.expect("pong", "p", sequence=size)
