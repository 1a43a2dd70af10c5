#!/bin/sh
# Root file system of dsmil-tpm-tools, as a tar stream on stdout: what dsmil-node-base holds, and tpm2-tools.
#
#   NODE_BINARY=/path/to/node rootfs.sh MODE SOURCES >rootfs.tar
#
# MODE is mmdebstrap's (root, unshare); SOURCES a sources.list with the mirror to take the packages from.
set -eu
mode=$1
sources=$2
here=$(cd "$(dirname "$0")" && pwd)
export NODE_BINARY

# Packages are only unpacked: nothing of dpkg's is needed in an image that never installs. tpm2-tools loads the two ways
# to a TPM (tcti) by name at run time, no dependency names them.
exec mmdebstrap --mode="$mode" --variant=extract --format=tar \
  --include=libc6,libstdc++6,libgcc-s1,busybox,ca-certificates,netbase \
  --include=tpm2-tools,libtss2-tcti-device0,libtss2-tcti-swtpm0 \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' \
  --aptopt='Acquire::Retries "3"' \
  --extract-hook="$here/assemble.sh \"\$1\"" \
  bookworm - "$sources"
