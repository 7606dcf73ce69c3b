import ctypes
import ctypes.util

import libvirt
import pytest

from plugins.machines.provider import Kind
from plugins.machines.providers import libvirt_errors
from plugins.machines.providers.libvirt_errors import as_problem, from_sentence, gone, missing


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("NO_DOMAIN", "not-found"),
        ("OPERATION_INVALID", "change-conflict"),
        ("OPERATION_FAILED", "internal-error"),
        ("OPERATION_DENIED", "access-denied"),
        ("ACCESS_DENIED", "access-denied"),
        ("AUTH_FAILED", "access-denied"),
        ("AUTH_CANCELLED", "access-denied"),
        ("AUTH_UNAVAILABLE", "access-denied"),
        ("NO_SUPPORT", "not-supported"),
        ("OPERATION_UNSUPPORTED", "not-supported"),
        ("OPERATION_TIMEOUT", "timeout"),
        ("INTERNAL_ERROR", "internal-error"),
        ("RPC", "disconnected"),
    ],
)
def test_libvirts_names_have_their_problem(name: str, problem: str) -> None:
    code = getattr(libvirt, f"VIR_ERR_{name}")
    assert as_problem(code, 10, "it said no").code == problem


def test_the_numbers_are_libvirts() -> None:
    for name in ("NO_SUPPORT", "NO_DOMAIN", "OPERATION_INVALID"):
        assert getattr(libvirt_errors, name) == getattr(libvirt, f"VIR_ERR_{name}")


def test_the_sentence_is_libvirts_and_the_numbers_go_along() -> None:
    problem = as_problem(55, 10, "Requested operation is not valid: domain is already running")
    assert problem.message == "Requested operation is not valid: domain is already running"
    assert problem.extra == {"libvirt": {"code": 55, "domain": 10, "message": problem.message}}
    assert as_problem(999, 0, "").message == "libvirt reports error 999"


def test_a_socket_that_refuses_and_one_that_is_not_there() -> None:
    where = "Failed to connect socket to '/run/libvirt/libvirt-sock': "
    assert as_problem(38, 7, where + "Permission denied").code == "access-denied"
    assert as_problem(38, 7, where + "No such file or directory").code == "no-host"
    assert as_problem(38, 7, where + "Connection refused").code == "no-host"
    assert as_problem(38, 7, "Cannot allocate memory").code == "internal-error"


def test_on_a_broken_connection_that_is_the_problem() -> None:
    assert as_problem(1, 7, "client socket is closed", alive=False).code == "disconnected"


def test_the_beginnings_of_sentences_are_libvirts() -> None:
    library = ctypes.CDLL("libvirt.so.0")
    library.virErrorMsg.restype = ctypes.c_char_p
    for code, beginning in libvirt_errors._BEGINNINGS.items():
        sentence: bytes = library.virErrorMsg(code, b"x")
        assert sentence.decode().replace(": %s", "").replace(" %s", "") == beginning


def test_where_only_the_sentence_came_its_beginning_tells_the_code() -> None:
    problem = from_sentence("Requested operation is not valid: domain is not running\n")
    assert (problem.code, problem.extra["libvirt"]["code"]) == ("change-conflict", 55)
    assert from_sentence("failed to get domain '1'").code == "not-found"
    assert from_sentence("unsupported flags (0x4) in function testDomainUndefineFlags").extra["libvirt"]["code"] == 8
    assert from_sentence("Failed to connect socket to '/x': Permission denied").code == "access-denied"
    assert from_sentence("internal error: client socket is closed").code == "disconnected"
    assert from_sentence("internal error: client socket is closed", opening=True).code == "internal-error"
    assert from_sentence("something new").extra["libvirt"] == {"code": 0, "domain": 0, "message": "something new"}


def test_a_sentence_that_quotes_another_is_not_taken_for_it() -> None:
    assert from_sentence("internal error: Domain not found: x").extra["libvirt"]["code"] == 1


def test_what_is_missing_is_named_by_kind_and_key() -> None:
    absent = missing(as_problem(42, 10, "Domain not found"), Kind.DOMAIN, "the-key")
    assert (absent.message, absent.extra["key"]) == ("There is no virtual machine with the UUID the-key", "the-key")
    other = as_problem(72, 10, "Domain snapshot not found")
    assert missing(other, Kind.DOMAIN, "the-key") is other
    assert gone(Kind.VOLUME, "pool/disk").message == "There is no volume pool/disk"
