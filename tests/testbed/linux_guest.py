"""A Linux guest that boots in seconds without a disk: Debian's kernel, busybox, and a script of ours as init.

It answers each line on both of its serial ports and fills its screen with blue; what is typed on its keyboard is a
colour that it fills its screen with, and Ctrl+Alt+Delete turns it red. `reboot` on a serial port restarts it.
"""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from testbed.domain_xml import domain_xml

READY = "guest is ready"
BLUE, GREEN, RED = (0, 0, 168), (0, 168, 0), (168, 0, 0)
"""What the colours 4, 2 and 1 of a text console look like."""

INIT = f"""#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
echo 0 >/proc/sys/kernel/ctrl-alt-del
fill() {{ printf "\\033[?25l\\033[3m\\033[$1m\\033[2J\\033[H" >/dev/tty1; }}
answer() {{
    echo "{READY}"
    while read -r line; do
        [ "$line" = reboot ] && /bin/busybox reboot -f
        echo "$1: $line"
    done
}}
answer "you said" </dev/ttyS0 >/dev/ttyS0 &
answer "second port" </dev/ttyS1 >/dev/ttyS1 &
fill 44
while read -r line; do
    [ "$line" = green ] && fill 42
    [ "$line" = blue ] && fill 44
done </dev/tty1 >/dev/null &
trap 'fill 41' INT
while :; do wait; done
"""


def missing() -> str | None:
    """Why this machine cannot run the guest, or None if it can."""
    if kernel() is None:
        return "no Linux kernel is installed as a file"
    return None if busybox() else "busybox is not installed"


def kernel() -> Path | None:
    """The newest kernel, by name, that a package has installed; a cloud's is small and starts fast."""
    found = [*Path("/boot").glob("vmlinuz-*"), *Path("/lib/modules").glob("*/vmlinuz")]
    return max(found, key=lambda path: ("cloud" in str(path), str(path)), default=None)


def busybox() -> str | None:
    """Its program, which is linked statically."""
    return shutil.which("busybox", path="/bin:/usr/bin:/sbin:/usr/sbin")


def make_initramfs(path: Path) -> None:
    """Write the guest's root file system."""
    program = Path(busybox() or "")
    files = [
        ("dev", 0o040755, b""),
        ("proc", 0o040755, b""),
        ("bin", 0o040755, b""),
        ("bin/busybox", 0o100755, program.read_bytes()),
        ("bin/sh", 0o120777, b"busybox"),
        ("init", 0o100755, INIT.encode()),
    ]
    path.write_bytes(gzip.compress(b"".join(_archive(files)), 1))


def _archive(files: list[tuple[str, int, bytes]]) -> Iterator[bytes]:
    """A cpio archive of the format newc: for each file thirteen numbers in hexadecimal, its name, its content."""
    for inode, (name, mode, content) in enumerate([*files, ("TRAILER!!!", 0, b"")], 1):
        numbers = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        header = b"070701" + b"".join(b"%08x" % number for number in numbers) + name.encode() + b"\0"
        yield header + b"\0" * (-len(header) % 4)
        yield content + b"\0" * (-len(content) % 4)


def linux_xml(name: str, folder: Path, *, listen: Path | None = None, password: str = "") -> str:
    """A domain that boots the guest; `listen` is the socket of its screen, which a port of its own has otherwise."""
    initramfs = folder / "initramfs.gz"
    make_initramfs(initramfs)
    root = ET.fromstring(domain_xml(name, memory_mib=192))
    system = root.find("os")
    devices = root.find("devices")
    assert system is not None
    assert devices is not None
    ET.SubElement(system, "kernel").text = str(kernel())
    ET.SubElement(system, "initrd").text = str(initramfs)
    ET.SubElement(system, "cmdline").text = "console=tty1 quiet loglevel=0 vt.global_cursor_default=0 panic=1"
    ET.SubElement(devices, "serial", type="pty")
    graphics = devices.find("graphics")
    assert graphics is not None
    if listen is not None:
        graphics.attrib.clear()
        graphics.set("type", "vnc")
        ET.SubElement(graphics, "listen", type="socket", socket=str(listen))
    if password:
        graphics.set("passwd", password)
    return ET.tostring(root, encoding="unicode")
