import pytest

from bridge.protocol import Problem
from plugins.machines.provider import Kind
from plugins.machines.state.libvirt_xml import parse, row
from plugins.machines.storage.volume_xml import CAPACITY_MAX, Backing, checked_size, volume_xml


def test_what_is_said_is_in_it_and_nothing_else() -> None:
    assert row(Kind.VOLUME, volume_xml("-rf <&>", 10)) == {"name": "-rf <&>", "capacity": 10}
    xml = volume_xml("a", 10, "qcow2", 0, Backing("/p/b & c", "raw"))
    expected = {"name": "a", "capacity": 10, "allocation": 0, "format": "qcow2", "backing": "/p/b & c"}
    assert row(Kind.VOLUME, xml) == expected
    format_of_base = parse(xml).find("backingStore/format")
    assert format_of_base is not None
    assert format_of_base.get("type") == "raw"


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "x" * 256, ".", ".."])
def test_a_name_is_a_name_of_a_file(name: str) -> None:
    with pytest.raises(Problem, match="protocol-error: A volume's name"):
        volume_xml(name, 1)


@pytest.mark.parametrize("size", [-1, CAPACITY_MAX + 1])
def test_a_size_has_bounds(size: int) -> None:
    with pytest.raises(Problem, match="attribute 'capacity'"):
        checked_size(size, "capacity")
