"""Names and numbers of users and groups."""

import pytest

from bridge.files.owners import gid_of, group_of, uid_of, user_of
from bridge.protocol import Problem


def test_names_and_numbers() -> None:
    assert (user_of(0), group_of(0)) == ("root", "root")
    assert (uid_of("root"), gid_of("root")) == (0, 0)
    assert (uid_of(4711), gid_of(4711)) == (4711, 4711)


def test_without_a_name_the_number() -> None:
    assert (user_of(3_999_999), group_of(3_999_999)) == (3_999_999, 3_999_999)


@pytest.mark.parametrize(("lookup", "what"), [(uid_of, "uid"), (gid_of, "gid")])
@pytest.mark.parametrize("name", ["no such one", "a\0b"])
def test_unknown_names(lookup: object, what: str, name: str) -> None:
    assert callable(lookup)
    with pytest.raises(Problem) as caught:
        lookup(name)
    assert (caught.value.code, caught.value.message) == ("not-found", f"{what} not found for {name}")
