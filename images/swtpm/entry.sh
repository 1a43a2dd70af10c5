#!/bin/sh
# The TPM's state in /data, its socket in /run/swtpm, which a node's other containers get as a bind mount. A new start is
# a reset of the machine: PCRs begin at zero. It serves one client at a time; others wait.
set -eu
socket=/run/swtpm/tpm.sock
rm -f "$socket" "$socket.ctrl"
exec swtpm socket --tpm2 --tpmstate dir=/data,mode=0600 \
  --server type=unixio,path="$socket",mode=0660 --ctrl type=unixio,path="$socket.ctrl",mode=0660 \
  --flags not-need-init,startup-clear
