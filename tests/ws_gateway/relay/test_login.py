import base64

import pytest

from ws_gateway.relay.kept_password import KeptPassword
from ws_gateway.relay.login import Login


async def test_the_password_is_forgotten_for_good() -> None:
    secret = bytearray(b"secret")
    login = Login(user="anna", password=KeptPassword("anna", secret))
    assert "secret" not in repr(login)
    login.forget_password()
    login.forget_password()
    assert (login.password, secret) == (None, bytearray())


async def test_a_page_may_give_the_password_anew() -> None:
    secret = bytearray(b"secret")
    login = Login(user="anna", password=KeptPassword("anna", secret))
    login.keep_password(base64.b64encode(b"anna:an:other").decode())
    assert secret == bytearray()
    assert login.password
    assert login.password.answer("plain1:" + b"anna".hex()) == "an:other"
    login.forget_password()


@pytest.mark.parametrize(
    "credentials", ["", "%", base64.b64encode(b"anna").decode(), base64.b64encode(b"root:x").decode()]
)
async def test_what_is_no_password_of_use_changes_nothing(credentials: str) -> None:
    login = Login(user="anna")
    login.keep_password(credentials)
    assert login.password is None
