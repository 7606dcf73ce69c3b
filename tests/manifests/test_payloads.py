from bridge.plugins import BUILT_IN_CHANNELS
from manifests.payloads import BUILT_IN_PAYLOADS


def test_they_are_those_of_the_bridge() -> None:
    assert set(BUILT_IN_CHANNELS) == BUILT_IN_PAYLOADS
