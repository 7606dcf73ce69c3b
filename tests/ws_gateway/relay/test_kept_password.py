import asyncio

import pytest

from ws_gateway.relay.kept_password import KeptPassword


def kept(user: str = "Anna") -> tuple[KeptPassword, bytearray]:
    secret = bytearray("pässword".encode())
    return KeptPassword(user, secret), secret


@pytest.mark.parametrize(
    ("challenge", "answer"),
    [
        ("plain1:" + b"Anna".hex(), "pässword"),
        ("PLAIN1:" + b"anna".hex(), "pässword"),
        ("plain1:", "pässword"),
        ("plain1", "pässword"),
        ("basic:" + b"Anna".hex(), "QW5uYTpww6Rzc3dvcmQ="),
        ("plain1:" + b"bob".hex(), ""),
        ("plain1:xyz", ""),
        ("plain1:ff", ""),
        ("x-host-key", ""),
        ("", ""),
    ],
)
async def test_who_gets_it(challenge: str, answer: str) -> None:
    password, secret = kept()
    assert password.answer(challenge) == answer
    assert password.answer("plain1:") == ("" if answer else "pässword")
    assert secret == b""


async def test_it_is_gone_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.relay.kept_password.KEPT_FOR", 0.05)
    password, secret = kept()
    gone = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, gone.set)
    await gone.wait()
    assert secret == b""
    assert password.answer("plain1:") == ""


async def test_it_is_overwritten_where_it_was() -> None:
    password, secret = kept()
    view = memoryview(bytes(secret))
    password.clear()
    password.clear()
    assert secret == b""
    assert len(view) == 9
