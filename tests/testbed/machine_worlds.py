"""The worlds that every provider is tried on: what a test of the conformance suite holds in its hand."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from testbed.domain_xml import container_root, container_xml, domain_xml
from testbed.not_supported import may_refuse

from plugins.machines.provider import Kind, Listener, Method, Provider
from plugins.machines.providers.dbus_provider import LibvirtDbus
from plugins.machines.providers.libvirt_objects import find
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.providers.virsh_provider import Virsh
from plugins.machines.state.libvirt_xml import parse

WAYS = ("libvirt-python", "libvirt-dbus", "virsh")
KINDS = ("test", "qemu", "lxc")


@dataclass
class World:
    """A provider, connected to a world of its own."""

    way: str
    kind: str
    provider: Provider
    heard: Any
    """The listener, which remembers."""
    folder: Path
    pool: str = ""
    partition: str = ""
    """The control group that containers are in."""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def uuid(self) -> str:
        """A new one."""
        return f"00000000-0000-4000-8000-{next(self.numbers):012d}"

    async def define(self, name: str = "guest", **members: Any) -> str:
        """Define a domain that can run; its key."""
        key = members.pop("uuid", None) or self.uuid()
        if self.kind == "lxc":
            return await self._define_container(name, key, **members)
        xml = domain_xml(name, uuid=key, **members)
        if self.kind == "test":
            xml = xml.replace('type="qemu"', 'type="test"').replace('machine="pc"', "").replace("<acpi />", "")
        await define(self.provider, xml)
        return key

    async def _define_container(self, name: str, key: str, title: str | None = None, **disk: str) -> str:
        root = self.folder / "root"
        if not root.exists():
            container_root(root)
        xml = parse(container_xml(name, str(root), self.partition, uuid=key, title=title))
        if disk:
            element = SubElement(xml.findall("devices")[0], "disk", type="file", device="disk")
            SubElement(element, "driver", type=disk.get("disk_format", "raw"))
            SubElement(element, "source", file=disk["disk"])
            SubElement(element, "target", dev="vda")
        await define(self.provider, tostring(xml, encoding="unicode"))
        return key

    async def define_pool(self) -> str:
        """Define and start a pool of a folder of this test's, named `a b ü`; its key. Its volumes are the only ones."""
        for pool in await self.provider.listing(Kind.POOL):
            await call(self.provider, Kind.POOL, pool, "destroy")
        self.pool = self.uuid()
        root = Element("pool", type="dir")
        SubElement(root, "name").text = "a b ü"
        SubElement(root, "uuid").text = self.pool
        SubElement(SubElement(root, "target"), "path").text = str(self.folder)
        await define(self.provider, tostring(root, encoding="unicode"), Kind.POOL)
        await call(self.provider, Kind.POOL, self.pool, "create")
        return self.pool

    async def define_volume(self, name: str) -> str:
        """Make a raw volume in the pool; its path."""
        root = Element("volume")
        SubElement(root, "name").text = name
        SubElement(root, "capacity").text = "1048576"
        await define(self.provider, tostring(root, encoding="unicode"), Kind.VOLUME, self.pool)
        return f"{self.folder}/{name}"

    async def define_network(self) -> str:
        """Define an isolated network, named `a b ü`; its key. It cannot be started everywhere."""
        key = self.uuid()
        root = Element("network")
        SubElement(root, "name").text = "a b ü"
        SubElement(root, "uuid").text = key
        SubElement(root, "bridge", name="virbr99")
        await define(self.provider, tostring(root, encoding="unicode"), Kind.NETWORK)
        return key

    def can(self, method: Method) -> bool:
        """Whether the provider says that it can; what it cannot do is in the table of refusals."""
        able = self.provider.capabilities[method]
        assert able is True or may_refuse(self.way, self.kind, method)
        return able is True

    async def state(self, key: str) -> str:
        """The state that the provider tells."""
        return (await self.provider.domains([key]))[key].state

    async def act(self, method: Method, key: str, **params: Any) -> None:
        """Shorter."""
        await self.provider.act(method, key, **params)

    async def xml(self, key: str, *, inactive: bool = False) -> str:
        """The XML of a domain."""
        return (await self.provider.describe(Kind.DOMAIN, [key], inactive=inactive))[key]


async def open_way(way: str, uri: str, listener: Listener) -> Provider:
    """The provider of that name."""
    providers = {"libvirt-python": LibvirtPython, "libvirt-dbus": LibvirtDbus, "virsh": Virsh}
    return await providers[way].open(uri, listener)  # type: ignore[attr-defined, no-any-return]


async def define(provider: Provider, xml: str, kind: Kind = Kind.DOMAIN, pool: str = "") -> None:
    """Define an object through the provider: nobody else sees its world where that is the test driver's."""
    if isinstance(provider, LibvirtPython):
        connection: Any = provider._connection
        if kind is Kind.VOLUME:
            connection.storagePoolLookupByUUIDString(pool).createXML(xml)
        else:
            {
                Kind.DOMAIN: connection.defineXML,
                Kind.POOL: connection.storagePoolDefineXML,
                Kind.NETWORK: connection.networkDefineXML,
            }[kind](xml)
    elif isinstance(provider, LibvirtDbus):
        if kind is Kind.VOLUME:
            await provider._on(Kind.POOL, pool, "StorageVolCreateXML", "su", xml, 0)
        elif kind is Kind.POOL:
            await provider._connect("StoragePoolDefineXML", "su", xml, 0)
        else:
            await provider._connect(f"{kind.title()}DefineXML", "s", xml)
    elif isinstance(provider, Virsh):
        command = {
            Kind.DOMAIN: "define",
            Kind.POOL: "pool-define",
            Kind.NETWORK: "net-define",
            Kind.VOLUME: f"vol-create {pool}",
        }[kind]
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(xml)
            file.flush()
            await provider._do(f"{command} {file.name}", {})


async def call(provider: Provider, kind: Kind, key: str, member: str) -> None:
    """`create` or `destroy` a pool."""
    if isinstance(provider, LibvirtPython):
        getattr(find(provider._connection, kind, key), member)()
    elif isinstance(provider, LibvirtDbus):
        types, arguments = ("u", (0,)) if member == "create" else ("", ())
        await provider._on(kind, key, member.title(), types, *arguments)
    elif isinstance(provider, Virsh):
        await provider._do(f"pool-{'start' if member == 'create' else member} {key}", {})
