#!/bin/sh
# Installs the system packages that are missing, through apt-get or dnf: install-packages.sh run|test
#
#   run   what the console needs: Python, and what libvirt-python is built with. No hypervisor.
#   test  also what the tests drive: libvirt, QEMU, Chromium, D-Bus, Cockpit. No service is started.
#
# Says in one line what it installs. Uses sudo only where something is missing and the caller is not root.
set -eu
tools=$(dirname "$0")
purpose=$1
missing=""

# need PROGRAM APT_PACKAGES DNF_PACKAGES: the packages are missing if PROGRAM is not to be found
need() {
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || add "$2" "$3"
}

add() {
    if [ "$manager" = apt-get ]; then missing="$missing $1"; else missing="$missing $2"; fi
}

if command -v apt-get >/dev/null 2>&1; then
    manager=apt-get
elif command -v dnf >/dev/null 2>&1; then
    manager=dnf
else
    manager=""
fi

python=$("$tools/find-python.sh") || {
    python=""
    add "python3 python3-venv" "python3 python3-pip"
}
if ! .venv/bin/python -c 'import libvirt' 2>/dev/null; then
    need cc "gcc libc6-dev" "gcc glibc-devel"
    need pkg-config "pkg-config" "pkgconf-pkg-config"
    pkg-config --exists libvirt 2>/dev/null || add "libvirt-dev" "libvirt-devel"
    header='import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
    { [ -n "$python" ] && "$python" -c "$header"; } || add "python3-dev" "python3-devel"
fi
if [ "$purpose" = test ]; then
    need libvirtd "libvirt-daemon libvirt-daemon-system" "libvirt-daemon libvirt-daemon-driver-qemu"
    ls /usr/lib*/libvirt/connection-driver/libvirt_driver_lxc.so \
        /usr/lib/*/libvirt/connection-driver/libvirt_driver_lxc.so 2>/dev/null | grep -q . ||
        add "libvirt-daemon-driver-lxc" "libvirt-daemon-driver-lxc"
    ls /usr/lib*/libvirt/storage-backend/libvirt_storage_backend_disk.so \
        /usr/lib/*/libvirt/storage-backend/libvirt_storage_backend_disk.so 2>/dev/null | grep -q . ||
        add "libvirt-daemon" "libvirt-daemon-driver-storage"
    need parted "parted" "parted"
    need mkfs.ext4 "e2fsprogs" "e2fsprogs"
    need losetup "mount" "util-linux"
    need virsh "libvirt-clients" "libvirt-client"
    need qemu-system-x86_64 "qemu-system-x86" "qemu-system-x86-core"
    need dnsmasq "dnsmasq-base" "dnsmasq"
    need iptables "iptables" "iptables"
    need qemu-img "qemu-utils" "qemu-img"
    need busybox "busybox-static" "busybox"
    ls /boot/vmlinuz-* /lib/modules/*/vmlinuz 2>/dev/null | grep -q . || add "linux-image-cloud-amd64" "kernel-core"
    command -v chromium-browser >/dev/null 2>&1 ||
        need chromium-headless-shell "chromium-headless-shell" "chromium"
    need dbus-daemon "dbus" "dbus-daemon"
    need ip "iproute2" "iproute"
    need unshare "util-linux" "util-linux"
    need setpriv "util-linux" "util-linux"
    need openssl "openssl" "openssl"
    need strace "strace" "strace"
    need sudo "sudo" "sudo"
    need pkcheck "polkitd" "polkit"
    need gdbus "libglib2.0-bin" "glib2"
    need cockpit-bridge "cockpit-bridge" "cockpit-bridge"
    need libvirt-dbus "libvirt-dbus" "libvirt-dbus"
    command -v firefox >/dev/null 2>&1 || need firefox-esr "firefox-esr" "firefox"
    command -v testssl >/dev/null 2>&1 || need testssl.sh "testssl.sh" "testssl"
    [ -x /usr/sbin/sshd ] || need sshd "openssh-server" "openssh-server"
    need krb5kdc "krb5-kdc" "krb5-server"
    need kadmin.local "krb5-admin-server" "krb5-server"
    need kinit "krb5-user" "krb5-workstation"
    need curl "curl" "curl"
    need ssh "openssh-client" "openssh-clients"
    need systemd-analyze "systemd" "systemd"
    ls /usr/lib*/faketime/libfaketime.so.1 /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null |
        grep -q . || add "libfaketime" "libfaketime"
    ls /usr/lib*/security/pam_oath.so /usr/lib/*/security/pam_oath.so /lib/*/security/pam_oath.so 2>/dev/null |
        grep -q . || add "libpam-oath" "pam_oath"
    [ -e /usr/lib/cockpit/cockpit-ws ] || [ -e /usr/libexec/cockpit-ws ] || add "cockpit-ws" "cockpit-ws"
    [ -d /usr/share/cockpit/systemd ] || add "cockpit-system" "cockpit-system"
    [ -d /usr/share/cockpit/machines ] || add "cockpit-machines" "cockpit-machines"
fi
[ -n "$missing" ] || exit 0

if [ -z "$manager" ]; then
    echo "There is neither apt-get nor dnf here. Needed: Python 3.11 with venv, libvirt's headers, a C compiler." >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null 2>&1 || {
        echo "Missing packages:$missing. Install them as root, for there is no sudo here." >&2
        exit 1
    }
fi

mkdir -p .make
log=.make/install-packages.log
policy=/usr/sbin/policy-rc.d

# Debian starts a service as soon as it is installed, unless this file says no.
forbid_starting() {
    [ "$manager" = apt-get ] && [ "$purpose" = test ] && [ ! -e "$policy" ] || return 0
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    trap '$as_root rm -f "$policy"' EXIT
    $as_root chmod 755 "$policy"
}

install_missing() {
    if [ "$manager" = apt-get ]; then
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get update &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing
    else
        $as_root dnf install --assumeyes --setopt=install_weak_deps=False $missing
    fi
}

echo "Installing with $manager:$missing"
forbid_starting
install_missing >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    echo "$manager failed; the whole log is in $log" >&2
    exit 1
}
