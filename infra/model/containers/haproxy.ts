import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder, scratch } from "./paths.ts";

/** Port of the balancer's own health, which fails when no server is up behind it. */
export const HAPROXY_HEALTH_PORT = 8404;

/** HAProxy; its runtime socket is on a tmpfs of its own. */
export function haproxyPart({ service, common }: PartContext): ContainerPart {
  return {
    env: { NODE_ID: common.NODE_ID ?? "", SERVICE: service.id },
    mounts: [folder("/etc/dsmil/haproxy", "/etc/haproxy"), folder("/etc/dsmil/certs/haproxy", "/etc/dsmil/certs")],
    tmpfs: { "/tmp": scratch(16), "/run/haproxy": scratch(1) },
    health: httpHealth(HAPROXY_HEALTH_PORT),
    // SIGUSR1 lets requests under way come to their end.
    stopSeconds: 30,
    volumes: [],
  };
}
