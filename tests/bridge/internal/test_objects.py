"""What an object of the internal bus declares, and what of it its clients get."""

from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest
from dbus_fast import Variant

from bridge.dbus.introspection import parse
from bridge.internal.objects import PROPERTIES, STANDARD, InternalObject, Method, describe
from bridge.protocol import Problem


async def _double(each: "Example", number: int) -> int:
    return 2 * number


class Example(InternalObject):
    path = "/a"
    interface = "x.Y"
    properties: ClassVar = {"One": "s", "Many": "as", "Later": "u"}
    methods: ClassVar = {"Double": Method("u", "u", _double)}
    signals: ClassVar = {"Happened": "si"}

    async def values(self) -> dict[str, Any]:
        return {"One": "1", "Many": ["x"]}


def test_the_description_is_introspection_data() -> None:
    node = ET.Element("node")
    node.extend(describe(Example()))
    interfaces = parse(ET.tostring(node, encoding="unicode")).interfaces
    assert interfaces["x.Y"] == {
        "methods": {"Double": {"in": ["u"], "out": ["u"]}},
        "properties": {name: {"flags": "r", "type": types} for name, types in Example.properties.items()},
        "signals": {"Happened": {"in": ["s", "i"]}},
    }
    assert interfaces[PROPERTIES]["methods"]["Set"] == {"in": ["s", "s", "v"], "out": []}


async def test_a_property_without_a_value() -> None:
    get = STANDARD[PROPERTIES]["Get"].answer
    assert await get(Example(), "x.Y", "One") == Variant("s", "1")
    with pytest.raises(Problem, match="no value"):
        await get(Example(), "x.Y", "Later")


def test_what_is_emitted() -> None:
    emitted: list[tuple[Any, ...]] = []
    example = Example()
    example.attach(lambda *signal: emitted.append(signal))
    example.changed({"One": "2"})
    example.signal("Happened", "now", 7)
    assert emitted == [
        ("/a", PROPERTIES, "PropertiesChanged", "sa{sv}as", ["x.Y", {"One": Variant("s", "2")}, []]),
        ("/a", "x.Y", "Happened", "si", ["now", 7]),
    ]
