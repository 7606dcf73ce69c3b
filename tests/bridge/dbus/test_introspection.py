"""Introspection data: what is read of them, what is refused, what is remembered."""

import asyncio
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dbus.bus import Bus
from bridge.dbus.connection import Connection
from bridge.dbus.introspection import XML_MAX, Interface, parse
from bridge.protocol import Problem

XML = """<node name="/x">
  <interface name="a.B">
    <method name="M"><annotation name="n" value="v"/><arg type="s"/><arg type="a{sv}" direction="out"/></method>
    <signal name="S"><arg type="u" direction="out"/></signal>
    <property name="R" type="i" access="read"/><property name="W" type="b" access="write"/>
    <unknown><method name="Hidden"/></unknown>
  </interface>
  <node name="child"><interface name="not.Ours"/></node>
</node>"""


def test_what_is_read() -> None:
    found = parse(XML)
    assert found.children == ["child"]
    assert found.interfaces == {
        "a.B": {
            "methods": {"M": {"in": ["s"], "out": ["a{sv}"]}},
            "properties": {"R": {"flags": "r", "type": "i"}, "W": {"flags": "w", "type": "b"}},
            "signals": {"S": {"in": ["u"]}},
        }
    }


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<node>",
        "<node></interface>",
        '<!DOCTYPE node [<!ENTITY a "aaaa">]><node>&a;</node>',
        "<node>" * 40 + "</node>" * 40,
        "<node>" + " " * XML_MAX + "</node>",
    ],
)
def test_what_is_refused(xml: str) -> None:
    with pytest.raises(Problem):
        parse(xml)


@given(
    st.text()
    | st.sampled_from([XML, XML[:-5], XML * 2]).flatmap(lambda xml: st.integers(0, len(xml)).map(lambda n: xml[:n]))
)
def test_anything_is_read_or_refused(xml: str) -> None:
    try:
        parse(xml.encode(errors="replace").decode())
    except Problem as problem:
        assert problem.code == "protocol-error"


async def test_an_interface_is_asked_for_once_while_its_owner_stays(daemon: Any, service: Any) -> None:
    class Listener:
        def owner_changed(self, name: str, owner: str | None) -> None:
            changed.set()

    connection = Connection(partial(Bus, daemon.address))
    await connection.open()
    changed = asyncio.Event()
    connection.names.follow("com.example.A", Listener())
    found: asyncio.Queue[Interface | None] = asyncio.Queue()
    for path in ("/obj", "/obj"):
        connection.introspection.find("com.example.A", path, "com.example.Test", found.put_nowait)
    assert (await found.get()) is (await found.get()) is not None
    assert service.calls == ["Introspect"]
    assert connection.introspection.get("com.example.A", "com.example.Test")
    assert connection.introspection.get("com.example.A", "com.example.Other") is None
    changed.clear()
    await service.disown("com.example.A")
    await changed.wait()
    assert connection.introspection.get("com.example.A", "com.example.Test") is None
    connection.introspection.find(service.bus.unique_name, "/obj", "com.example.Test", found.put_nowait)
    assert await found.get()
    assert connection.introspection.get(service.bus.unique_name, "com.example.Test") is None
    connection.close()
