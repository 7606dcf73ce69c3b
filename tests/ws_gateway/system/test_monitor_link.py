import os
from pathlib import Path

import pytest

from bridge.protocol import Problem
from manifests.configuration import FILE_MAX
from ws_gateway.settings import Settings, SystemSettings
from ws_gateway.system import monitor_link


def test_settings_arrive_as_they_were() -> None:
    sections = {"webservice": {"origins": "https://a", "logintitle": "Ü", "maxstartups": "1:2:3"}}
    system = SystemSettings(Path("/run/x/session"), False, sections, "a certificate", "a digest", Path("/keytab"))
    settings = Settings("192.0.2.1", 443, static=Path("/static"), system=system)
    ours, theirs = monitor_link.make_link()
    with ours, theirs:
        monitor_link.send(ours, monitor_link.describe(settings, system))
        received = monitor_link.receive(theirs)
    assert received is not None
    arrived = monitor_link.parse(received[0])
    assert arrived == settings
    assert arrived.system is not None
    assert arrived.system.config.login_title == "Ü"


def test_the_longest_configuration_fits() -> None:
    """Nothing takes more room in JSON than quotation marks, byte for byte."""
    system = SystemSettings(Path("/run/x/session"), sections={"session": {"warnbeforeconnecting": '"' * FILE_MAX}})
    ours, theirs = monitor_link.make_link()
    with ours, theirs:
        monitor_link.send(ours, monitor_link.describe(Settings(), system))
        received = monitor_link.receive(theirs)
    assert received is not None
    assert monitor_link.parse(received[0]).system == system


def test_descriptors_arrive_beside_their_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    ours, theirs = monitor_link.make_link()
    with ours, theirs, (tmp_path / "file").open() as stream:
        monitor_link.send(ours, {"one": 1}, [stream.fileno()])
        monitor_link.send(ours, {"two": 2})
        first, second = monitor_link.receive(theirs), monitor_link.receive(theirs)
    assert first is not None
    with os.fdopen(first[1][0]) as received:
        assert received.read() == "content"
    assert second == ({"two": 2}, [])


def test_the_end_of_the_other_side() -> None:
    ours, theirs = monitor_link.make_link()
    ours.close()
    with theirs:
        assert monitor_link.receive(theirs) is None


def test_what_is_no_message() -> None:
    ours, theirs = monitor_link.make_link()
    with ours, theirs:
        ours.send(b"[]")
        with pytest.raises(Problem):
            monitor_link.receive(theirs)
