import { volumeName } from "../names.ts";
import { listening } from "./listening.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder, scratch, volume } from "./paths.ts";

/** Loki's configuration on its node, and what single tenants have otherwise. */
export const LOKI_FOLDER = "/etc/dsmil/loki";
export const LOKI_TENANTS = "/etc/dsmil/loki-tenants";

/** Share of the container's memory from which Go collects garbage harder. */
const GO_MEMORY = 0.8;

/** Loki, one program with its files on a volume. */
export function lokiPart({ fleet, service, common }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  return {
    env: {
      NODE_ID: common.NODE_ID ?? "",
      SERVICE: service.id,
      GOMEMLIMIT: `${Math.floor(service.memoryMiB * GO_MEMORY)}MiB`,
    },
    mounts: [folder(LOKI_FOLDER, "/etc/loki"), folder(LOKI_TENANTS, "/etc/loki-tenants"), volume(data, "/loki")],
    tmpfs: { "/tmp": scratch(16) },
    // Whether it is ready as well, the gate tells: reading its write-ahead log may take longer than a deployment waits.
    health: { kind: "tcp", port: service.port, argv: listening(service.port) },
    stopSeconds: 30,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
