import os
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from plugins.machines.jobs import store as job_store
from plugins.machines.jobs.process import birth, boot
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import KEPT_MAX, KEPT_TIME, JobStore, in_thread, is_id, new_id

JOB = Job("uri", "domain_clone", "key", "name", 1.0, os.getpid(), birth(os.getpid()), boot())


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "a" / "jobs")


def test_records_are_this_users_alone(store: JobStore) -> None:
    assert store.read_all() == {}
    store.write(new_id(), JOB)
    (record,) = store.folder.iterdir()
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert list(store.read_all().values()) == [JOB]


def test_a_job_whose_process_is_gone_is_interrupted(store: JobStore) -> None:
    gone = new_id()
    store.write(gone, replace(JOB, birth=JOB.birth + 1, text="step", cancelling=True))
    found = store.read(gone)
    assert found is not None
    assert (found.state, found.text, found.cancelling) == ("interrupted", "step", False)
    assert found.ended > 1.0


def test_the_last_word_of_a_process_that_ends_while_it_is_looked_at_counts(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = new_id()
    store.write(job, JOB)

    def end(_job: Job) -> bool:
        store.write(job, replace(JOB, state="done"))
        return False

    monkeypatch.setattr(job_store, "is_alive", end)
    found = store.read(job)
    assert found is not None
    assert found.state == "done"


def test_nothing_is_followed_and_what_is_none_of_ours_is_passed_over(store: JobStore, tmp_path: Path) -> None:
    store.write(new_id(), JOB)
    (record,) = store.folder.iterdir()
    (store.folder / f"{new_id()}.json").symlink_to(record)
    (store.folder / f"{new_id()}.json").write_text("{}")
    (store.folder / f"{new_id()}.json").mkdir()
    os.mkfifo(store.folder / f"{new_id()}.json")
    (store.folder / "notes.json").write_bytes(record.read_bytes())
    others = store.folder / f"{new_id()}.json"
    others.write_bytes(record.read_bytes())
    if os.geteuid() == 0:
        os.chown(others, 65534, 65534)
        assert len(store.read_all()) == 1
        os.chown(store.folder, 65534, 65534)
        assert store.read_all() == {}, "a folder of somebody else's says whom to signal"
        with pytest.raises(PermissionError):
            store.write(new_id(), JOB)
    link = tmp_path / "link"
    link.symlink_to(store.folder)
    assert JobStore(link).read_all() == {}


def test_only_ids_name_records(store: JobStore) -> None:
    assert is_id(new_id())
    for text in ("", "..", "../" * 10, "A" * 32, "0" * 31, "0" * 32 + "\n"):
        assert not is_id(text)
        assert store.read(text) is None


def test_what_has_ended_is_kept_for_a_while_and_not_too_much_of_it(store: JobStore) -> None:
    now = time.time()
    running = new_id()
    store.write(running, replace(JOB, started=1.0))
    kept = [new_id() for _ in range(KEPT_MAX + 3)]
    for age, id_ in enumerate(kept):
        store.write(id_, replace(JOB, state="done", ended=now - age))
    store.write(new_id(), replace(JOB, state="failed", ended=now - KEPT_TIME - 60))
    store.prune()
    assert store.read_all().keys() == {running, *kept[:KEPT_MAX]}
    store.remove(kept[0])
    store.remove(kept[0])
    assert kept[0] not in store.read_all()


async def test_a_disk_is_asked_in_a_thread(store: JobStore) -> None:
    assert await in_thread(store.read_all) == {}
