import { volumeName } from "../names.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { volume as dataVolume, folder, scratch } from "./paths.ts";

/** Port of our server's figures, which is not published; the vendor's has them behind a key that opens every collection. */
export const QDRANT_METRICS_PORT = 6335;

/** Qdrant, ours or the vendor's. Neither image has a TLS client; both have bash, which can open a connection. */
export function qdrantPart({ fleet, service, common }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  return {
    env: {
      NODE_ID: common.NODE_ID ?? "",
      SERVICE: service.id,
      LOG_LEVEL: common.LOG_LEVEL ?? "INFO",
      HTTP_PORT: String(service.port),
      METRICS_PORT: String(QDRANT_METRICS_PORT),
    },
    mounts: [
      folder("/etc/dsmil/qdrant", "/etc/qdrant"),
      folder("/etc/dsmil/certs/qdrant", "/etc/dsmil/certs"),
      dataVolume(data, "/qdrant"),
    ],
    tmpfs: { "/tmp": scratch(64) },
    health: {
      kind: "https",
      port: service.port,
      path: "/healthz",
      argv: ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${service.port}`],
    },
    stopSeconds: 30,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
