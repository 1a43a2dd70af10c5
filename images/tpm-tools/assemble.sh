#!/bin/sh
# Makes the unpacked packages in $1 a root file system.
set -eu
root=$1

mkdir -p "$root/etc/ssl/certs" "$root/tmp" "$root/run" "$root/app" "$root/root" "$root/proc" "$root/sys" "$root/dev"
chmod 1777 "$root/tmp"
cat >"$root/etc/passwd" <<'PASSWD'
root:x:0:0:root:/root:/bin/sh
app:x:10001:10001:dsmil:/nonexistent:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
PASSWD
printf 'root:x:0:\napp:x:10001:\nnogroup:x:65534:\n' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

# What ca-certificates does when it is configured: every authority in one file.
find "$root/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"

# Commands are busybox's; links cost nothing. The list comes from the program itself.
applets=$(chroot "$root" /bin/busybox --list)
for applet in $applets; do
  [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
done

install -D -m 0755 "$NODE_BINARY" "$root/usr/local/bin/node"
strip --strip-unneeded "$root/usr/local/bin/node" 2>/dev/null || true

# Only what programs load at run time stays. tpm2-tools is linked with libcrypto; perl and openssl's command are not run.
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/usr/share/info \
  "$root"/usr/share/lintian "$root"/usr/share/bug "$root"/usr/share/gcc "$root"/usr/share/gdb \
  "$root"/usr/share/bash-completion "$root"/usr/share/debconf "$root"/usr/share/perl* "$root"/usr/share/ca-certificates \
  "$root"/usr/lib/*/gconv "$root"/usr/lib/*/perl* "$root"/usr/bin/openssl "$root"/usr/bin/c_rehash \
  "$root"/usr/bin/perl* "$root"/usr/lib/locale "$root"/var/lib/dpkg/info "$root"/var/lib/dpkg/available "$root"/var/log/*

# A package that tpm2-tools asks for brings passwd and its like: nothing in an image may raise its user's rights.
find "$root/bin" "$root/sbin" "$root/usr" -xdev -type f -perm /6000 -delete

# Every library that a tool needs is there, or the build fails here and not a node's start.
chroot "$root" /usr/bin/tpm2_unseal --version >&2
