#!/bin/sh
# Root file system of dsmil-node-base, as a tar stream on stdout: a C library, busybox, CA certificates, Node.js.
#
#   NODE_BINARY=/path/to/node rootfs.sh MODE SOURCES >rootfs.tar
#
# MODE is mmdebstrap's (root, unshare); SOURCES a sources.list with the mirror to take the packages from.
set -eu
mode=$1
sources=$2
here=$(cd "$(dirname "$0")" && pwd)
export NODE_BINARY

# Packages are only unpacked: nothing of dpkg's is needed in an image that never installs.
exec mmdebstrap --mode="$mode" --variant=extract --format=tar \
  --include=libc6,libstdc++6,libgcc-s1,busybox,ca-certificates,netbase \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' \
  --aptopt='Acquire::Retries "3"' \
  --extract-hook="$here/assemble.sh \"\$1\"" \
  bookworm - "$sources"
