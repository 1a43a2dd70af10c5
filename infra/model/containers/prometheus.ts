import { volumeName } from "../names.ts";
import { listening } from "./listening.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { volume as dataVolume, folder } from "./paths.ts";

/** Configuration and rules. */
export const PROMETHEUS_FOLDER = "/etc/dsmil/prometheus";
/** Certificates of the server, and those it scrapes with. */
export const PROMETHEUS_CERTS = "/etc/dsmil/certs/prometheus";

/** Share of the container's memory from which Go collects garbage harder. */
const GO_MEMORY = 0.8;

/** Prometheus, bounded in what it keeps: whichever of time and size comes first ends a series' past. */
export function prometheusPart({ fleet, service, common }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  return {
    env: {
      NODE_ID: common.NODE_ID ?? "",
      SERVICE: service.id,
      GOMEMLIMIT: `${Math.floor(service.memoryMiB * GO_MEMORY)}MiB`,
    },
    command: [
      "--config.file=/etc/prometheus/prometheus.yml",
      "--web.config.file=/etc/prometheus/web.yml",
      `--web.listen-address=0.0.0.0:${service.port}`,
      "--web.max-connections=64",
      "--storage.tsdb.path=/data",
      "--storage.tsdb.retention.time=15d",
      "--storage.tsdb.retention.size=2GB",
      "--storage.tsdb.wal-compression",
      "--query.timeout=30s",
      "--query.max-concurrency=8",
      "--query.max-samples=5000000",
    ],
    mounts: [
      folder(PROMETHEUS_FOLDER, "/etc/prometheus"),
      folder(PROMETHEUS_CERTS, "/etc/dsmil/certs"),
      dataVolume(data, "/data"),
    ],
    tmpfs: {},
    health: { kind: "tcp", port: service.port, argv: listening(service.port) },
    // Samples in memory are written first.
    stopSeconds: 30,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
