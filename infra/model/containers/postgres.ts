import { volumeName } from "../names.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { volume as dataVolume, folder, scratch } from "./paths.ts";

/** PostgreSQL 15, of Debian or of the vendor: both keep its programs in one place. */
export function postgresPart({ fleet, service, common }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  const wal = volumeName(fleet.name, service.id, "wal");
  const isReady = "/usr/lib/postgresql/15/bin/pg_isready";
  return {
    env: {
      NODE_ID: common.NODE_ID ?? "",
      SERVICE: service.id,
      POSTGRES_DB: fleet.database,
      PGDATA: "/var/lib/postgresql/data",
    },
    mounts: [
      folder("/etc/dsmil/postgres", "/etc/postgres"),
      folder("/etc/dsmil/certs/postgres", "/etc/dsmil/certs"),
      dataVolume(data, "/var/lib/postgresql"),
      dataVolume(wal, "/wal"),
    ],
    tmpfs: { "/tmp": scratch(16), "/run/postgresql": scratch(1) },
    health: {
      kind: "tcp",
      port: service.port,
      argv: [isReady, "-q", "-t", "3", "-h", "/run/postgresql", "-p", String(service.port)],
    },
    // A fast shutdown writes a checkpoint first.
    stopSeconds: 60,
    volumes: [
      { name: data, node: service.node, driverOpts: {} },
      { name: wal, node: service.node, driverOpts: {} },
    ],
  };
}
