import pytest

from ws_gateway.system.ssh_words import HostKey, asks_for_password, host_key_in, problem_in

QUESTION = """The authenticity of host '[far.example.com]:2222 ([192.0.2.1]:2222)' can't be established.
ED25519 key fingerprint is SHA256:1XyEGvIQ8AGDkRRz5b0jXVBGZnRJkNZQ2VDgmCvoBGs.
This key is not known by any other names.
Are you sure you want to continue connecting (yes/no/[fingerprint])? """


def test_a_host_key_is_told_from_other_questions() -> None:
    key = HostKey("[far.example.com]:2222", "ED25519", "SHA256:1XyEGvIQ8AGDkRRz5b0jXVBGZnRJkNZQ2VDgmCvoBGs")
    assert host_key_in(QUESTION) == key
    assert host_key_in("Verification code: ") is None
    assert host_key_in("ED25519 key fingerprint is SHA256:x") is None


@pytest.mark.parametrize(
    ("question", "is_password"),
    [
        ("anna@far.example.com's password: ", True),
        ("(anna@far.example.com) Password: ", True),
        ("Password:", True),
        ("Verification code: ", False),
        ("Password for anna@EXAMPLE.COM: ", True),
        ("(anna@[far.example.com]:2222) New password: ", False),
        ("(anna@far.example.com) Current password: ", False),
        ("(anna@far.example.com) One-time password: ", False),
        ("Text of a module.\nPassword: ", True),
        ("You are required to change your password.\nCurrent password: ", False),
        ("One-time password (OATH) for `anna': ", False),
        (QUESTION, False),
    ],
)
def test_passwords(question: str, is_password: bool) -> None:
    assert asks_for_password(question) is is_password


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("anna@far: Permission denied (publickey,password).", "authentication-failed"),
        ("No ED25519 host key is known for far and you have requested strict checking.\nHost key verification failed.",
         "unknown-hostkey"),
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "invalid-hostkey"),
        ("ssh: Could not resolve hostname far: Name or service not known", "no-host"),
        ("ssh: connect to host far port 22: Connection refused", "no-host"),
        ("", "no-host"),
    ],
)  # fmt: skip
def test_ends(said: str, code: str) -> None:
    assert problem_in(said).code == code
