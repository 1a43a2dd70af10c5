import { volumeName } from "../names.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder, scratch, volume } from "./paths.ts";

/** Loki's configuration on its node, and what single tenants have otherwise. */
export const LOKI_FOLDER = "/etc/dsmil/loki";
export const LOKI_TENANTS = "/etc/dsmil/loki-tenants";

/** Share of the container's memory from which Go collects garbage harder. */
const GO_MEMORY = 0.8;

/** Loki, one program with its files on a volume. It is ready some 15 seconds after its start. */
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
    health: {
      kind: "exec",
      port: service.port,
      argv: ["busybox", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${service.port}/ready`],
    },
    stopSeconds: 30,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
