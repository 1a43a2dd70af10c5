#!/bin/sh
# Takes new certificates into the running server, without a pause. A changed configuration or administrator's password
# needs a restart: the server is told to save and end, and the engine starts it again.
set -eu

port=$(sed -n 's/^tls-port  *//p' /etc/redis/redis.conf)
REDISCLI_AUTH=$(tr -d '\r\n' </etc/redis/admin_password)
export REDISCLI_AUTH
ask() { redis-cli -e -h 127.0.0.1 -p "${port:-6379}" --tls --insecure --user dsmil_admin --no-auth-warning "$@"; }

if [ "$(sha256sum </etc/redis/redis.conf)" != "$(cat /data/.redis.conf.sha256)" ] || ! ask ping >/dev/null 2>&1; then
  echo "reload: restarting, as the configuration or the password changed"
  kill -TERM 1
  exit 0
fi
ask config set \
  tls-cert-file /etc/dsmil/certs/tls.crt \
  tls-key-file /etc/dsmil/certs/tls.key \
  tls-ca-cert-file /etc/dsmil/certs/ca.crt
