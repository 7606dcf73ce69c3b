"""The machines plugin: virtual machines through libvirt, as the back end `libvirt1` and a page."""
