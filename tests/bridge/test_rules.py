"""Which channels go where, and which nowhere."""

import os
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.bridge import Bridge
from bridge.plugins import BUILT_IN_CHANNELS
from bridge.protocol import JsonObject, Problem
from bridge.router import Rule
from bridge.rules import not_before_init, other_host
from bridge.superuser.superuser import Superuser
from bridge.testing import open_wire


@pytest.mark.parametrize(
    ("host", "problem"), [(None, None), ("here", None), ("localhost", "no-host"), (5, "protocol-error")]
)
def test_other_hosts(host: object, problem: str | None) -> None:
    router = Bridge({}, {}, lambda: None).router
    router.host = "here"
    assert _problem(other_host(router), {"payload": "echo", "host": host}) == problem


def test_before_init_there_is_one_answer() -> None:
    assert _problem(not_before_init, {"payload": "echo", "host": "far"}) == "protocol-error"


async def test_the_host_comes_before_the_superuser_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    async with open_wire() as wire:
        wire.open("c", "echo", host="far", superuser="require")
        await wire.expect("close", "c", problem="no-host")
        wire.open("c", "nope", superuser="require")
        await wire.expect("close", "c", problem="access-denied")
        wire.open("c", "nope", superuser="try")
        await wire.expect("close", "c", problem="not-supported")


def _problem(rule: Rule, message: JsonObject) -> str | None:
    try:
        assert rule(message) is None
    except Problem as problem:
        return problem.code
    return None


OPTIONS = st.dictionaries(
    st.sampled_from(["superuser", "host", "user", "group", "session", "binary", "spawn", "internal", "SUPERUSER"]),
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=2)
    | st.sampled_from(["try", "require", "localhost", "root", "any"]),
)  # fmt: skip


class _Peer:
    def channel(self, message: JsonObject) -> str:
        return "the superuser bridge"


@given(OPTIONS, st.sampled_from(["echo", "stream", "nope", "dbus-json3"]))
def test_no_channel_reaches_the_superuser_bridge_that_does_not_ask(options: JsonObject, payload: str) -> None:
    with patch.object(os, "geteuid", lambda: 1000):
        bridge = Bridge({}, BUILT_IN_CHANNELS, lambda: None)
    superuser = bridge.context.superuser
    superuser.current = "pseudo"
    superuser._running = (None, _Peer())  # type: ignore[assignment]
    asks = options.get("superuser") in ("try", "require") or options.get("superuser") is True
    try:
        reached = superuser({"channel": "c", "payload": payload, **options})
    except Problem as problem:
        assert problem.code == "protocol-error"
        assert not asks
    else:
        assert (reached == "the superuser bridge") is asks  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("wanted", "as_root", "as_user"),
    [
        (None, None, None),
        (False, None, None),
        ("try", None, None),
        ("require", None, "access-denied"),
        (True, None, "access-denied"),
        ("maybe", "protocol-error", "protocol-error"),
        (1, "protocol-error", "protocol-error"),
        ([], "protocol-error", "protocol-error"),
    ],
)
def test_without_a_superuser_bridge(
    wanted: object, as_root: str | None, as_user: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for uid, expected in ((0, as_root), (1000, as_user)):
        monkeypatch.setattr(os, "geteuid", lambda uid=uid: uid)
        rule = Superuser(Bridge({}, {}, lambda: None).router, privileged=False)
        try:
            assert rule({"payload": "echo", "superuser": wanted}) is None
            problem = None
        except Problem as exc:
            problem = exc.code
        assert problem == expected
