#!/bin/sh
# Starts PostgreSQL with /etc/postgres/postgresql.conf. The first start makes the cluster, the superuser dsmil_admin and
# the database $POSTGRES_DB; later ones give the superuser the password of /etc/postgres/superuser_password when it
# changed. A kill at any point is followed by a start that goes on from there.
set -eu
umask 077

conf=/etc/postgres/postgresql.conf
password=/etc/postgres/superuser_password
# Hash of the password that the cluster was last given.
given=$PGDATA/dsmil_admin.sha256

for file in "$conf" "$password"; do
  if [ ! -s "$file" ] || [ ! -r "$file" ]; then
    echo "entry: $file is missing, empty or not readable by uid $(id -u)" >&2
    exit 78
  fi
done

# single CLUSTER DATABASE STATEMENT: in a server of its own that nobody else can reach. Nothing is archived by it, but
# what is to be archived stays for the real server.
single() {
  printf '%s\n' "$3" | postgres --single -j -D "$1" -c archive_mode=on -c archive_command=false \
    -c log_min_messages=warning "$2" >/dev/null
}

# A cluster is made beside its place and moved there when it is complete: what is at $PGDATA is never thrown away.
if [ ! -d "$PGDATA" ]; then
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=dsmil_admin --pwfile="$password" --auth=scram-sha-256 --encoding=UTF8 \
    --locale=C.UTF-8 --data-checksums --no-instructions >/dev/null
  if [ -n "${POSTGRES_DB:-}" ] && [ "$POSTGRES_DB" != postgres ]; then
    single "$PGDATA.new" postgres "CREATE DATABASE \"$(printf '%s' "$POSTGRES_DB" | sed 's/"/""/g')\";"
  fi
  # What every role may do by default and no tenant needs: hold advisory locks that others wait for, make large
  # objects and grant them to others, write into the log that is archived.
  single "$PGDATA.new" "${POSTGRES_DB:-postgres}" "DO \$\$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~
      '^(pg_(try_)?advisory_.*|lo_creat|lo_create|lo_from_bytea|lo_import|pg_logical_emit_message|pg_notify)\$'
    LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f); END LOOP; END \$\$;"
  sha256sum <"$password" >"$PGDATA.new/${given##*/}"
  sync
  mv "$PGDATA.new" "$PGDATA"
  sync "$(dirname "$PGDATA")"
fi

# A killed container leaves this file, and its process id may be another process's by now. No second server can be on
# this volume: the container's name is taken.
rm -f "$PGDATA/postmaster.pid"

if [ "$(sha256sum <"$password")" != "$(cat "$given" 2>/dev/null)" ]; then
  secret=$(tr -d '\r\n' <"$password" | sed "s/'/''/g")
  single "$PGDATA" postgres "ALTER ROLE dsmil_admin PASSWORD '$secret';"
  sha256sum <"$password" >"$given.new"
  mv "$given.new" "$given"
fi

exec postgres -D "$PGDATA" -c config_file="$conf"
