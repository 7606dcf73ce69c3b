"""A DHCP client on a network of the private libvirtd, as a guest would have one: busybox at the end of a cable."""

import subprocess

from testbed.libvirtd import Libvirtd
from testbed.processes import wait_until

CABLE, PLUG = "ph-cable", "ph-client"


def take_lease(libvirtd: Libvirtd, network: str, bridge: str, mac: str, name: str) -> None:
    """Has a network lend an address to `mac`, which calls itself `name`, and waits until libvirt knows.

    The cable is gone afterwards.
    """
    _run(libvirtd, "ip", "link", "add", CABLE, "type", "veth", "peer", "name", PLUG, "address", mac)
    try:
        _run(libvirtd, "ip", "link", "set", CABLE, "master", bridge, "up")
        _run(libvirtd, "ip", "link", "set", PLUG, "up")
        options = ("-f", "-q", "-n", "-t", "30", "-T", "1", "-s", "/bin/true", "-x", f"hostname:{name}")
        _run(libvirtd, "busybox", "udhcpc", "-i", PLUG, *options)
    finally:
        _run(libvirtd, "ip", "link", "delete", CABLE)
    # dnsmasq answers the client before it tells libvirt.
    leases = ("net-dhcp-leases", f"--network={network}")
    wait_until(lambda: mac in libvirtd.virsh(*leases), "libvirt knows the lease", timeout=30)


def _run(libvirtd: Libvirtd, *argv: str) -> None:
    subprocess.run(libvirtd.enter_inside(argv), check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
