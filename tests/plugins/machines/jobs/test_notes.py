import asyncio
import logging
import os
from pathlib import Path

import pytest

from plugins.machines.jobs import notes
from plugins.machines.jobs.jobs import Jobs
from plugins.machines.jobs.notes import is_note, noted
from plugins.machines.jobs.process import boot
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import JobStore, new_id

URI, KEY = "qemu:///system", "pool/a b"


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore.of({"XDG_STATE_HOME": str(tmp_path)})


def left_behind(method: str = "volume_upload", key: str = KEY, uri: str = URI) -> Job:
    return Job(uri, method, key, "a b", 1.0, os.getpid(), 1, boot())


async def test_a_note_lasts_as_long_as_what_it_is_of(store: JobStore) -> None:
    async with noted(store, URI, KEY):
        (note,) = store.read_all().values()
        assert is_note(note)
        assert (note.uri, note.key, note.name, note.pid) == (URI, KEY, "a b", os.getpid())
    assert store.read_all() == {}


async def test_a_failure_takes_its_own_note_away_and_no_other(store: JobStore) -> None:
    store.write(earlier := new_id(), left_behind())
    for error in (ValueError, asyncio.CancelledError):
        with pytest.raises(error):
            async with noted(store, URI, KEY):
                raise error
        assert store.read_all().keys() == {earlier}


async def test_what_ends_well_settles_what_was_left_behind_of_that_volume_alone(store: JobStore) -> None:
    store.write(new_id(), left_behind())
    others = {new_id(): left_behind(key="pool/c"), new_id(): left_behind(uri="qemu:///session")}
    others |= {new_id(): left_behind(method="volume_wipe")}
    for id_, job in others.items():
        store.write(id_, job)
    async with noted(store, URI, KEY):
        pass
    assert store.read_all().keys() == others.keys()


async def test_nothing_is_noted_of_a_world_that_ends_with_the_process(store: JobStore) -> None:
    async with noted(store, "test:///default", KEY):
        assert store.read_all() == {}


async def test_what_cannot_be_noted_is_done_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "pilothouse").write_text("no folder")
    async with noted(JobStore.of({"XDG_STATE_HOME": str(tmp_path)}), URI, KEY):
        pass
    assert "nobody will hear of pool/a b where its upload is interrupted" in caplog.text


async def test_a_disk_that_hangs_holds_up_nothing(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(notes, "in_thread", never)
    monkeypatch.setattr(notes, "NOTE_TIME", 0.01)
    async with noted(store, URI, KEY):
        pass
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3


async def test_a_note_is_shown_to_nobody_and_ends_no_process(store: JobStore, tmp_path: Path) -> None:
    jobs = Jobs({"XDG_STATE_HOME": str(tmp_path)})
    shown: list[object] = []
    async with noted(store, URI, KEY), jobs.follow(URI, shown.append):
        (id_,) = store.read_all()
        with pytest.raises(Exception, match="does not run any more"):
            await jobs.cancel(URI, id_)
    assert shown == [{}]
