from plugins.machines.provider import Kind, Method
from plugins.machines.touched import touched


def test_an_action_touches_its_object_what_it_made_and_for_some_all_volumes() -> None:
    assert touched(Method.START, "a", "") == {(Kind.DOMAIN, "a")}
    assert touched(Method.CLONE, "a", "b") == {(Kind.DOMAIN, "a"), (Kind.DOMAIN, "b"), (Kind.VOLUME, "")}
    assert touched(Method.DELETE, "a", "") == {(Kind.DOMAIN, "a"), (Kind.VOLUME, "")}
    assert touched(Method.VOLUME_CLONE, "p/a", "p/b") == {(Kind.VOLUME, "p/a"), (Kind.VOLUME, "p/b")}
