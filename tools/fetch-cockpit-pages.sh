#!/bin/sh
# Unpacks the pages of further Cockpit plugins for the tests, into .make/cockpit-pages, through apt-get or dnf.
#
# The pages alone: what they manage would take over the network or the disks of whoever runs the tests.
set -eu
packages="cockpit-networkmanager cockpit-packagekit cockpit-podman cockpit-sosreport cockpit-storaged cockpit-tests"
place=.make/cockpit-pages
[ "$(cat "$place/packages" 2>/dev/null)" != "$packages" ] || exit 0

echo "Fetching the pages of $packages"
rm -rf "$place"
mkdir -p "$place"
cd "$place"
if command -v apt-get >/dev/null 2>&1; then
    apt-get download $packages >fetch.log 2>&1 || { cat fetch.log >&2; exit 1; }
    for file in *.deb; do dpkg-deb --extract "$file" .; done
else
    dnf download $packages >fetch.log 2>&1 || { cat fetch.log >&2; exit 1; }
    for file in *.rpm; do rpm2cpio "$file" | cpio --extract --make-directories --quiet; done
fi
echo "$packages" >packages
