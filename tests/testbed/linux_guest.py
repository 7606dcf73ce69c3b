"""A Linux guest that boots in seconds without a disk: Debian's kernel, busybox, and a script of ours as init.

It answers each line on its serial port, says its name on a second one, and fills its screen with blue; what is typed on
its keyboard is a colour that it fills its screen with. `reboot` on the serial port restarts it.
"""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from testbed.domain_xml import domain_xml

READY = "guest is ready"
BLUE, GREEN = (0, 0, 168), (0, 168, 0)
"""What the colours 4 and 2 of a text console look like."""

INIT = f"""#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
fill() {{ printf "\\033[?25l\\033[3m\\033[$1m\\033[2J\\033[H" >/dev/tty1; }}
(
    echo "{READY}"
    while read -r line; do
        [ "$line" = reboot ] && /bin/busybox reboot -f
        echo "you said: $line"
    done
) </dev/ttyS0 >/dev/ttyS0 &
echo "second port" >/dev/ttyS1
fill 44
while :; do
    read -r line
    [ "$line" = green ] && fill 42
    [ "$line" = blue ] && fill 44
done </dev/tty1 >/dev/null
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


def linux_xml(name: str, folder: Path, *, listen: Path | None = None) -> str:
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
    if listen is not None:
        graphics = devices.find("graphics")
        assert graphics is not None
        graphics.attrib.clear()
        graphics.set("type", "vnc")
        ET.SubElement(graphics, "listen", type="socket", socket=str(listen))
    return ET.tostring(root, encoding="unicode")
