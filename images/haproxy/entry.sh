#!/bin/sh
# Starts HAProxy as master and worker with /etc/haproxy/haproxy.cfg: SIGUSR2 reloads, SIGUSR1 ends gracefully.
set -eu

conf=/etc/haproxy/haproxy.cfg
if [ ! -r "$conf" ]; then
  echo "entry: $conf is missing or not readable by uid $(id -u)" >&2
  exit 78
fi
# A killed predecessor leaves its socket; the new master makes its own.
rm -f /run/haproxy/admin.sock
exec haproxy -W -f "$conf"
