import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.protocol import Problem
from plugins.machines.jobs.record import RECORD_MAX, TEXT_MAX, Job, parse

JOB = Job("qemu:///system", "domain_clone", "some key", "-rf $(id) ü", 1.5, 42, 7, "boot")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
COUNT = st.floats(min_value=0, max_value=2.0**62)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20) | st.just("ü" * 3000) | st.just("😀" * 3000)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_parser(record: bytes) -> None:
    assert parse(record) is None


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*Job.__dataclass_fields__, "other"]), JSON))
def test_no_members_break_the_parser(members: dict[str, Any]) -> None:
    found = parse(json.dumps(asdict(JOB) | members).encode())
    assert found is None or parse(found.as_bytes()) == found


def test_what_is_nested_too_deep_is_none() -> None:
    assert parse(JOB.as_bytes().replace(b'"libvirt": {}', b'"libvirt": {}, "other": ' + b"[" * 5000)) is None


@settings(max_examples=40)
@given(TEXT, TEXT, TEXT, COUNT, COUNT)
def test_what_is_written_is_read_back_or_cut(name: str, text: str, message: str, done: float, total: float) -> None:
    job = replace(JOB, name=name, text=text, message=message, done=done, total=total)
    read = parse(job.as_bytes())
    assert read is not None
    assert (read.name, read.text, read.message) == (name[:TEXT_MAX], text[:TEXT_MAX], message[:TEXT_MAX])
    assert (read.done, read.total) == (done, total)


@pytest.mark.parametrize(
    "members",
    [
        {"pid": 0},
        {"pid": -1},
        {"pid": 1 << 31},
        {"pid": "42"},
        {"done": -1},
        {"total": float("inf")},
        {"started": float("nan")},
        {"state": "interrupted"},
        {"state": "other"},
        {"name": "x" * (TEXT_MAX + 1)},
        {"libvirt": []},
        {"uri": None},
    ],
)
def test_what_no_job_can_be_is_none(members: dict[str, Any]) -> None:
    assert parse(json.dumps(asdict(JOB) | members).encode()) is None
    assert parse(json.dumps(asdict(JOB)).encode()) == JOB


def test_a_record_has_a_bound() -> None:
    assert parse(JOB.as_bytes() + b" " * RECORD_MAX) is None
    big = JOB.failed(Problem("internal-error", "x" * 99_999, libvirt={"message": "y" * 99_999}), 2.0)
    record = big.as_bytes()
    assert len(record) <= RECORD_MAX
    assert parse(record) is not None


def test_a_row_tells_nothing_of_the_process_and_leaves_out_what_is_empty() -> None:
    assert JOB.as_row() == {
        "method": "domain_clone",
        "key": "some key",
        "name": "-rf $(id) ü",
        "started": 1.5,
        "state": "running",
    }
    failed = JOB.failed(Problem("not-found", "It is gone"), 3.0).as_row()
    assert failed.items() >= {"state": "failed", "message": "It is gone", "ended": 3.0}.items()
