#!/bin/sh
# Starts Qdrant with TLS, the administrator's key of /etc/qdrant/api_key, and tokens signed with it. The key goes into a
# file in memory that only this user reads, not into the environment. Needs a tmpfs at /tmp.
set -eu
umask 077

if [ ! -s /etc/qdrant/api_key ]; then
  echo "entry: /etc/qdrant/api_key is missing, empty or not readable by uid $(id -u)" >&2
  exit 78
fi
key=$(tr -d '\r\n' </etc/qdrant/api_key | sed "s/'/''/g")
cat >/tmp/qdrant.yaml <<YAML
log_level: ${LOG_LEVEL:-INFO}
telemetry_disabled: true
storage:
  storage_path: /qdrant/storage
  snapshots_path: /qdrant/snapshots
  temp_path: /qdrant/temp
service:
  host: 0.0.0.0
  http_port: ${HTTP_PORT:-6333}
  grpc_port: null
  enable_tls: true
  enable_static_content: false
  jwt_rbac: true
  api_key: '$key'
tls:
  cert: /etc/dsmil/certs/tls.crt
  key: /etc/dsmil/certs/tls.key
  ca_cert: /etc/dsmil/certs/ca.crt
  cert_ttl: 60
YAML
exec qdrant --config-path /tmp/qdrant.yaml
