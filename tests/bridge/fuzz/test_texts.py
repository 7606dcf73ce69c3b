"""Parsers of files: those of the kernel, of settings, of packages. They answer, or refuse in the way they document."""

import string
import struct
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.files import inotify
from bridge.internal import machine_files
from bridge.metrics import cgroup_disks, cgroups, cpu, disks, memory, mounts, network
from bridge.metrics.sample import INSTANCES_MAX, _sample
from bridge.packages import headers
from bridge.processes.process_groups import _live_groups
from bridge.protocol import Problem
from manifests import conditions, model, overrides, reading

WORDS = st.sampled_from(
    ["cpu", "cpu0", "MemFree:", "kB", "sda", "lo:", "eth0:", "usage_usec", "read_bytes: ", "0::/", "\\040", "\\777",
     "-1", "1" * 5000, "²", "٣", "8", "0", "/", ":", "=", "ext4", "nodev", "/dev/sda1", "\t", "\x85",
     "\u2028", "\0", "\ufffd"]
) | st.text(max_size=5)  # fmt: skip
LINES = st.lists(st.lists(WORDS, max_size=16).map(" ".join), max_size=6)


@pytest.mark.parametrize(
    "parse", [cpu.parse, disks.parse, memory.parse, network.parse, lambda x: {"": list(mounts.parse(x))}]
)
@settings(max_examples=50)
@given(lines=LINES)
def test_what_the_kernel_says(parse: Any, lines: list[str]) -> None:
    """What makes no sense is no sample; it never ends the channel."""
    for value in _sample(lambda: parse(lines)).values.values():
        if isinstance(value, dict | list):
            assert len(value) <= INSTANCES_MAX
        else:
            assert value is None or type(value) in (int, float)


@given(LINES.map("\n".join))
def test_what_control_groups_say(text: str) -> None:
    for parse in (cgroup_disks._counts, cgroup_disks._group, cgroups._spent):
        _sample(lambda parse=parse: {"x": 0.0} if parse(text) else {})


@given(
    st.lists(
        st.tuples(st.integers(-1, 5), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=20))
    )
)
def test_inotify_events(events: list[tuple[int, int, int, bytes]]) -> None:
    data = b""
    for descriptor, mask, cookie, name in events:
        padded = name.ljust((len(name) + 15) // 16 * 16, b"\0")
        data += struct.pack("iIII", descriptor, mask, cookie, len(padded)) + padded
    found = list(inotify._events(data))
    assert set(found) == {(descriptor, mask, name.rstrip(b"\0")) for descriptor, mask, _, name in events}


def test_the_process_table() -> None:
    """Of whatever names processes have; parentheses and blanks are the worst."""
    assert all(group >= 0 for group in _live_groups())


BYTES = st.binary(max_size=60) | st.sampled_from(
    [b"{", b"[" * 5000, b'{"a":' * 3000, b'{"a":1e999}', b'{"a":NaN}', b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}',
     b"9" * 5000, b'{"h":{"port":1,"x":[]}}', b'{"h":[]}', b"{}", b'{"a":"\xff"}']
)  # fmt: skip


@given(BYTES)
def test_files_of_packages(content: bytes) -> None:
    try:
        value = reading._parse(content)
    except reading.UnreadableError as exc:
        assert str(exc)
        return
    assert type(value) is dict
    overrides._substitute(value)


@given(BYTES)
def test_files_of_machines(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            found = machine_files._read(Path(file.name))
        except Problem:
            return
    assert all(type(value) in (str, bool, int) for host in found.values() for value in host.values())


VERSIONS = st.text("0123456789.", max_size=12) | st.text(max_size=6) | st.just("9" * 5000)


@given(VERSIONS, st.sampled_from(["path-exists", "path-not-exists", "any", "new"]), st.text(max_size=20))
def test_requirements_and_conditions(version: str, predicate: str, path: str) -> None:
    """What the grammar lets through can be judged."""
    argument: Any = [{"path-exists": path}] if predicate == "any" else path
    try:
        manifest = model.parse(
            {"version": 1, "requires": {"cockpit": version}, "conditions": [{predicate: argument}]}, "a test"
        )
    except model.ManifestError:
        return
    assert conditions.unsatisfied(manifest.requires) is None or conditions.unsatisfied(manifest.requires)
    assert conditions.unmet(manifest.conditions) is None or conditions.unmet(manifest.conditions)
    list(conditions.unknown(manifest.conditions))


NAMES = st.sampled_from(["if-none-match", "accept-encoding", "x-forwarded-proto", "x-forwarded-host"])
VALUES = st.text(string.printable, max_size=40) | st.lists(
    st.sampled_from(["gzip", "*", ";q=", "0", ".0", ",", " ", '"x"', "W/", "https", "host", ":1", "\r\n", "identity"])
).map("".join)


@given(st.dictionaries(NAMES, VALUES), VALUES)
def test_headers_of_package_requests(fields: dict[str, str], policy: str) -> None:
    assert type(headers.is_cached(fields, '"x"')) is bool
    assert type(headers.accepts_gzip(fields)) is bool
    origin = headers.websocket_origin(fields)
    assert origin is None or not set(origin) & set(" \r\n;,'\"")
    assert headers.content_type(policy).count("\n") == 0
    made = headers.content_security_policy(policy.replace("\r", "").replace("\n", ""), origin or "'self'")
    assert "\n" not in made
