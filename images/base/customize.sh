#!/bin/sh
# Last step inside the root file system $1, before it is packed.
set -eu
root=$1

# The user of every container of this fleet. Some programs (initdb) refuse a uid that has no name.
echo 'app:x:10001:10001:dsmil:/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'app:x:10001:' >>"$root/etc/group"

# Packages must not start their services while an image is built.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"

# The builder's mirror stays with the builder.
rm -f "$root"/etc/apt/sources.list.d/*
: >"$root/etc/apt/sources.list"

rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/* "$root"/var/cache/debconf/*-old
# Same content wherever it is built.
: >"$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
