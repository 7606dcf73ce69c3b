from ws_gateway.auth.attempt import Attempt


def test_credentials_are_not_in_what_is_shown_of_it() -> None:
    assert "s3cret" not in repr(Attempt("basic", "s3cret", "192.0.2.1"))
