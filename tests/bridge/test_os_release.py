"""Files of os-release(5)."""

from pathlib import Path

from bridge.os_release import os_release, parse


def test_os_release_lines() -> None:
    text = '# comment\nNAME=Debian\nVERSION="12 (book\\"worm)"\nEMPTY=\nID=\'a b\'\nnonsense\n1X=2\nBAD="open\n'
    assert parse(text) == {"NAME": "Debian", "VERSION": '12 (book"worm)', "EMPTY": "", "ID": "a b"}


def test_the_first_os_release_there_is(tmp_path: Path) -> None:
    (tmp_path / "second").write_text("ID=x")
    assert os_release((f"{tmp_path}/first", f"{tmp_path}/second")) == {"ID": "x"}
    assert os_release((f"{tmp_path}/first",)) == {}
