from ws_gateway.kept_password import KeptPassword
from ws_gateway.login import Login


async def test_the_password_is_forgotten_for_good() -> None:
    secret = bytearray(b"secret")
    login = Login(user="anna", password=KeptPassword("anna", secret))
    assert "secret" not in repr(login)
    login.forget_password()
    login.forget_password()
    assert (login.password, secret) == (None, bytearray())
