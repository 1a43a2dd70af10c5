#!/bin/sh
# Starts Redis with /etc/redis/redis.conf. The users live in /data/users.acl, which the server itself rewrites; only the
# administrator's line is ours, and follows /etc/redis/admin_password at every start.
set -eu
umask 077

conf=/etc/redis/redis.conf
password=/etc/redis/admin_password
users=/data/users.acl

for file in "$conf" "$password"; do
  if [ ! -r "$file" ]; then
    echo "entry: $file is missing or not readable by uid $(id -u)" >&2
    exit 78
  fi
done

hash=$(tr -d '\r\n' <"$password" | sha256sum | cut -d' ' -f1)
# An empty file would let anybody in who knows that it is empty.
if [ "$hash" = e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ]; then
  echo "entry: $password is empty" >&2
  exit 78
fi

# The default user is off, so nobody can be it, and yet may do everything: at a start the server replays its log as this
# user, and drops every transaction in it (XREADGROUP is written as one) that the user may not run.
# Whole or not at all: a kill between these lines leaves the file of the last start.
{
  if [ -f "$users" ]; then grep -v -E '^user (default|dsmil_admin) ' "$users" || true; fi
  echo "user default off resetpass ~* &* +@all"
  echo "user dsmil_admin on #$hash ~* &* +@all"
} >"$users.new"
sync "$users.new"
mv "$users.new" "$users"

# What this server was started with, for the decision to restart it.
sha256sum <"$conf" >/data/.redis.conf.sha256
exec redis-server "$conf"
