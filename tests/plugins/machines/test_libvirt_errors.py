import libvirt
import pytest

from plugins.machines import libvirt_errors
from plugins.machines.libvirt_errors import as_problem


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
    for name in ("NO_SUPPORT", "NO_DOMAIN", "OPERATION_INVALID", "NO_DOMAIN_METADATA"):
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
