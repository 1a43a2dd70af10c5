#!/bin/sh
# Root file system of dsmil-base, as a tar stream on stdout: Debian bookworm with apt and nothing to spare.
#
#   rootfs.sh MODE SOURCES >rootfs.tar
#
# MODE is mmdebstrap's (root, unshare); SOURCES a sources.list with the mirror to take the packages from. The image
# itself names Debian's own mirror: a build that installs more brings the builder's sources along for that step.
set -eu
mode=$1
sources=$2
here=$(cd "$(dirname "$0")" && pwd)

exec mmdebstrap --mode="$mode" --variant=apt --format=tar \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' \
  --aptopt='Acquire::Retries "3"' \
  --dpkgopt='force-unsafe-io' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/lintian/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --customize-hook="$here/customize.sh \"\$1\"" \
  bookworm - "$sources"
