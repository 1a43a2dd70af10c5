import { volumeName } from "../names.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { volume as dataVolume, folder, scratch } from "./paths.ts";

/** Redis: an unauthenticated PING over TLS is refused by a live server, and that answer is enough. */
export function redisPart({ fleet, service, common }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  const argv = ["redis-cli", "-h", "127.0.0.1", "-p", String(service.port), "--tls", "--insecure", "ping"];
  return {
    env: { NODE_ID: common.NODE_ID ?? "", SERVICE: service.id },
    mounts: [
      folder("/etc/dsmil/redis", "/etc/redis"),
      folder("/etc/dsmil/certs/redis", "/etc/dsmil/certs"),
      dataVolume(data, "/data"),
    ],
    tmpfs: { "/tmp": scratch(16) },
    health: { kind: "tcp", port: service.port, argv },
    stopSeconds: 30,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
