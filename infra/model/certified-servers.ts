import { LOG_GATE_NAME } from "./containers/log-gate.ts";
import type { Model } from "./types.ts";

/** Services that present a certificate and may be of no tenant, and their names in the fleet's name plan. */
export const SERVER_NAMES: Readonly<Record<string, string>> = {
  redis: "redis",
  postgres: "postgres",
  qdrant: "qdrant",
  haproxy: "l7",
  shrink: "shrink",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
  "log-gate": LOG_GATE_NAME,
  portainer: "portainer",
};

/** Ids of the servers and nodes whose certificates are shown to who watches over them: what every tenant talks to. */
export function certifiedServers({ services, nodes }: Pick<Model, "services" | "nodes">): string[] {
  const shared = services.filter(({ id, scope }) => SERVER_NAMES[id] !== undefined && scope === "shared");
  return [...shared, ...nodes].map(({ id }) => id);
}
