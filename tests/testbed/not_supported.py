"""What a provider may refuse in the conformance suite, and where it is written that there is no other way.

The first two members say which provider and hypervisor, the third what; the value is the place in libvirt's or
libvirt-dbus's own files that says so.
"""

NOT_SUPPORTED: dict[tuple[str, str, str], str] = {
    ("libvirt-dbus", "test", "readings"): "org.libvirt.Domain.xml: no GetInfo; test_driver.c: statistics of state only",
    ("libvirt-dbus", "*", "host model"): "org.libvirt.Connect.xml: no NodeGetInfo",
    ("libvirt-dbus", "test", "host memory"): "org.libvirt.Connect.xml: NodeGetMemoryStats and NodeGetFreeMemory only, "
    "of which test_driver.c has none that tells a total",
    ("virsh", "test", "node devices"): "virsh-nodedev.c sends VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE, which "
    "test_driver.c of libvirt 9.0 refuses: testConnectListAllNodeDevices checks for no flags",
    ("virsh", "test", "events"): "test_driver.c: the state is the process's, and `virsh event` is another process",
    (
        "virsh",
        "test",
        "domain_save",
    ): "virsh-domain.c: virshWatchJob waits for good where the thread that saves ended "
    "before it begins to wait, as it can with this driver, which saves in no time",
    ("virsh", "test", "domain_remove_saved"): "virsh-domain.c: as for domain_save, without which there is nothing",
    ("virsh", "*", "version"): "virsh-host.c: `version` calls virConnectGetVersion, which probes the emulator",
    ("libvirt-dbus", "*", "domain_screenshot"): "org.libvirt.Domain.xml: no method takes or returns a stream",
    ("libvirt-dbus", "*", "volume_upload"): "org.libvirt.StorageVol.xml: no method takes or returns a stream",
    ("libvirt-dbus", "*", "volume_download"): "org.libvirt.StorageVol.xml: no method takes or returns a stream",
    ("libvirt-dbus", "*", "pool_types"): "org.libvirt.Connect.xml: no GetStoragePoolCapabilities",
    ("*", "test", "pool_types"): "test_driver.c: testHypervisorDriver has no connectGetStoragePoolCapabilities",
    ("*", "test", "pool overwrite"): "test_driver.c: testStoragePoolBuild takes no flags",
    ("*", "test", "volume_resize"): "test_driver.c: testStorageDriver has no storageVolResize",
    ("*", "test", "volume_wipe"): "test_driver.c: testStorageDriver has no storageVolWipe",
    ("*", "test", "volume_upload"): "test_driver.c: testStorageDriver has no storageVolUpload",
    ("*", "test", "volume_download"): "test_driver.c: testStorageDriver has no storageVolDownload",
    ("*", "test", "traffic"): "test_driver.c: virConnectGetAllDomainStats tells the state only",
    ("*", "test", "domain_start_paused"): "test_driver.c: testDomainCreateWithFlags takes no flags",
    ("*", "test", "network_leases"): "test_driver.c: testNetworkDriver has no networkGetDHCPLeases",
    ("*", "test", "snapshot_create_external"): "test_driver.c: testDomainSnapshotCreateXML makes them of no disks",
    ("libvirt-dbus", "*", "domain_define"): "org.libvirt.Connect.xml: DomainDefineXML has no flags to validate with",
}

_LXC_HAS_NO = {
    "domain_reset": "domainReset",
    "domain_save": "domainManagedSave",
    "domain_remove_saved": "domainManagedSaveRemove",
    "domain_send_nmi": "domainInjectNMI",
    "domain_send_keys": "domainSendKey: lxcDomainSendProcessSignal is what it has",
    "domain_screenshot": "domainScreenshot",
    "domain_rename": "domainRename",
    "snapshot_create": "domainSnapshotCreateXML",
    "snapshot_create_external": "domainSnapshotCreateXML",
    "snapshot_revert": "domainRevertToSnapshot",
    "snapshot_delete": "domainSnapshotDelete",
    "job": "domainGetJobStats",
}
NOT_SUPPORTED |= {
    ("*", "lxc", what): f"lxc_driver.c: lxcHypervisorDriver has no {member}" for what, member in _LXC_HAS_NO.items()
}
NOT_SUPPORTED |= {
    (
        "*",
        "lxc",
        "domain_start_paused",
    ): "lxc_driver.c: lxcDomainCreateWithFiles has no other flag than AUTODESTROY",
    ("*", "lxc", "domain_start_boot_menu"): "domain_conf.c: <bios> and <bootmenu> are of a machine that boots firmware",
    ("*", "lxc", "domain_reboot"): "lxc_driver.c: lxcDomainReboot asks the container's init, which a shell does not do",
    (
        "*",
        "lxc",
        "disks",
    ): "lxc_controller.c: virLXCControllerSetupLoopDeviceDisk and virLXCControllerSetupNBDDeviceDisk "
    "take a loop or an nbd device, which the kernel that tests run on need not have",
    ("*", "lxc", "traffic"): "lxc_driver.c: lxcHypervisorDriver has no connectGetAllDomainStats",
    ("libvirt-dbus", "lxc", "readings"): "org.libvirt.Domain.xml: no GetInfo; lxc_driver.c: no statistics in bulk",
    ("*", "test", "job"): "test_driver.c: testHypervisorDriver has no domainGetJobStats",
}


def may_refuse(way: str, kind: str, what: str) -> bool:
    """Whether the table has it."""
    return any((one, other, what) in NOT_SUPPORTED for one in (way, "*") for other in (kind, "*"))
