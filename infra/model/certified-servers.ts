import type { Model } from "./types.ts";

/** Servers with a certificate that are of no tenant. */
const SERVERS: ReadonlySet<string> = new Set([
  "redis",
  "postgres",
  "qdrant",
  "haproxy",
  "shrink",
  "prometheus",
  "alertmanager",
  "log-gate",
  "portainer",
]);

/** Ids of the servers and nodes whose certificates are shown to who watches over them: what every tenant talks to. */
export function certifiedServers({ services, nodes }: Pick<Model, "services" | "nodes">): string[] {
  const shared = services.filter(({ id, scope }) => SERVERS.has(id) && scope === "shared");
  return [...shared, ...nodes].map(({ id }) => id);
}
