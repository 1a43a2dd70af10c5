#!/bin/sh
# Takes new settings, access rules and certificates into the running server, without a pause. A changed administrator's
# password needs a restart: sessions are ended, and the engine starts the server again.
set -eu

if [ "$(sha256sum </etc/postgres/superuser_password)" != "$(cat "$PGDATA/dsmil_admin.sha256")" ]; then
  echo "reload: restarting, as the administrator's password changed"
  exec pg_ctl stop -D "$PGDATA" -m fast -s -W
fi
exec pg_ctl reload -D "$PGDATA" -s
