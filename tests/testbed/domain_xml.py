"""Domain XML for guests that need no disk: QEMU in software, firmware on the screen, VNC and a serial pty."""

import shutil
from pathlib import Path
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, tostring


def container_xml(name: str, root: str, partition: str, *, uuid: str | None = None, title: str | None = None) -> str:
    """A complete `<domain type='lxc'>` document: a shell on a console, in the tree `root` (see `container_root`)."""
    domain = Element("domain", type="lxc")
    SubElement(domain, "name").text = name
    SubElement(domain, "uuid").text = uuid or str(uuid4())
    if title is not None:
        SubElement(domain, "title").text = title
    SubElement(domain, "memory", unit="MiB").text = "64"
    SubElement(domain, "vcpu").text = "1"
    SubElement(SubElement(domain, "resource"), "partition").text = partition
    os_ = SubElement(domain, "os")
    SubElement(os_, "type").text = "exe"
    SubElement(os_, "init").text = "/bin/sh"
    devices = SubElement(domain, "devices")
    filesystem = SubElement(devices, "filesystem", type="mount")
    SubElement(filesystem, "source", dir=root)
    SubElement(filesystem, "target", dir="/")
    SubElement(devices, "console", type="pty")
    return tostring(domain, encoding="unicode")


def container_root(folder: Path) -> str:
    """Makes a tree to run a container in: BusyBox as everything."""
    for name in ("bin", "dev", "proc", "sys"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    busybox = shutil.which("busybox")
    assert busybox, "busybox is not installed"
    shutil.copy(busybox, folder / "bin/busybox")
    for name in ("sh", "echo", "hostname"):
        (folder / "bin" / name).symlink_to("busybox")
    return str(folder)


def domain_xml(
    name: str,
    *,
    uuid: str | None = None,
    title: str | None = None,
    memory_mib: int = 64,
    vcpus: int = 1,
    arch: str = "x86_64",
    machine: str = "pc",
    disk: str | None = None,
    disk_format: str = "raw",
) -> str:
    """A complete `<domain type='qemu'>` document. Without `uuid` the domain gets a new one, so no two calls collide.

    `disk` is the path of an image file, which need not exist: such a domain can be defined, but does not start.
    """
    domain = Element("domain", type="qemu")
    SubElement(domain, "name").text = name
    SubElement(domain, "uuid").text = uuid or str(uuid4())
    if title is not None:
        SubElement(domain, "title").text = title
    SubElement(domain, "memory", unit="MiB").text = str(memory_mib)
    SubElement(domain, "vcpu").text = str(vcpus)
    SubElement(SubElement(domain, "os"), "type", arch=arch, machine=machine).text = "hvm"
    features = SubElement(domain, "features")
    SubElement(features, "acpi")
    devices = SubElement(domain, "devices")
    if disk is not None:
        element = SubElement(devices, "disk", type="file", device="disk")
        SubElement(element, "driver", name="qemu", type=disk_format)
        SubElement(element, "source", file=disk)
        SubElement(element, "target", dev="vda", bus="virtio")
    SubElement(devices, "serial", type="pty")
    SubElement(devices, "console", type="pty")
    SubElement(devices, "graphics", type="vnc", port="-1", autoport="yes", listen="127.0.0.1")
    SubElement(SubElement(devices, "video"), "model", type="vga")
    return tostring(domain, encoding="unicode")
