"""The ways to reach libvirt: libvirt-python, libvirt-dbus and virsh."""
