import base64

import pytest

from bridge.protocol import Problem
from ws_gateway.address import LOCAL, Address
from ws_gateway.auth.attempt import Attempt
from ws_gateway.system.credentials import CREDENTIALS_MAX, check_base64, login_of, response_of


@pytest.mark.parametrize("text", ["!", "YQ", "x" * (CREDENTIALS_MAX + 4), "YQ==\n"])
def test_what_is_no_base64(text: str) -> None:
    with pytest.raises(Problem, match="authentication-failed"):
        check_base64(text)


@pytest.mark.parametrize(
    ("scheme", "credentials", "response"),
    [
        ("basic", "YTpi", "Basic YTpi"),
        ("bearer", "a.b-c_d", "Bearer a.b-c_d"),
        ("tls-cert", "MIIB", "tls-cert MIIB"),
        ("negotiate", "YWJj", "Negotiate YWJj"),
    ],
)
def test_what_a_checker_is_told(scheme: str, credentials: str, response: str) -> None:
    assert response_of(Attempt(scheme, credentials)) == response


@pytest.mark.parametrize("credentials", ['a"b', "a\\b", "a\n", "ä", "x" * (CREDENTIALS_MAX + 1)])
def test_what_no_checker_could_read(credentials: str) -> None:
    with pytest.raises(Problem, match="authentication-failed"):
        response_of(Attempt("bearer", credentials))


@pytest.mark.parametrize(
    ("user", "superuser", "host", "kept"),
    [
        ("anna", "any", "", True),
        ("anna", "", "far", True),
        ("anna", "", "", False),
        ("root", "any", "", False),
    ],
)
async def test_a_password_is_kept_for_who_asks_for_it_later(user: str, superuser: str, host: str, kept: bool) -> None:
    credentials = base64.b64encode(f"{user}:s3cret\0known hosts".encode()).decode()
    address = Address(f"cockpit+={host}" if host else LOCAL, host, "")
    login = login_of(Attempt("basic", credentials, address=address, superuser=superuser), "192.0.2.1")
    assert (login.user, login.source, login.method) == (user, "192.0.2.1", "basic")
    assert (login.password is not None) == kept
    login.forget_password()
