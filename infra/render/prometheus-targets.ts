import { QDRANT_METRICS_PORT } from "../model/containers/qdrant.ts";
import type { Container, Model } from "../model/types.ts";

/** Without figures of their own are QUIC's sidecar, which its gateway speaks for, and stores that have an exporter. */
type Job = "services" | "haproxy" | "node" | "redis" | "postgres" | "qdrant";

/** Images that are not ours, whose figures are a job of their own; at the service's port, or where it is asked for its health. */
const JOBS: Readonly<Record<string, { readonly job: Job; readonly at: "port" | "health" | number }>> = {
  // The vendor's, dsmil-qdrant-vendor, is not asked.
  "dsmil-qdrant": { job: "qdrant", at: QDRANT_METRICS_PORT },
  // In its node's network.
  "dsmil-control-api": { job: "services", at: "health" },
  "dsmil-haproxy": { job: "haproxy", at: "health" },
  "dsmil-node-exporter": { job: "node", at: "port" },
  "dsmil-redis-exporter": { job: "redis", at: "port" },
  "dsmil-postgres-exporter": { job: "postgres", at: "port" },
  "dsmil-log-shipper": { job: "services", at: "health" },
  "dsmil-log-gate": { job: "services", at: "health" },
};

/** A target as a node's agent reads it (images/node-agent/src/targets.ts). */
interface TargetEntry {
  readonly container: string;
  readonly job: Job;
  readonly scheme: "http";
  readonly port: number;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * targets.json of a node's agent: containers of one tenant, or without one those that serve all. What a tenant's file holds
 * depends on its own block alone.
 */
export function renderTargets(
  model: Pick<Model, "containers" | "services">,
  node: string,
  tenant: string | undefined,
): string {
  const targets = model.containers
    .filter((container) => container.node === node && container.tenant === tenant)
    .flatMap((container) => targetOf(model, container));
  return `${JSON.stringify({ targets }, null, 2)}\n`;
}

function targetOf({ services }: Pick<Model, "services">, container: Container): TargetEntry[] {
  const service = services.find(({ id }) => id === container.service);
  if (service === undefined) return [];
  const { image, name, health } = container;
  const { job, at } = JOBS[image] ?? { job: "services", at: "health" };
  // Programs of ours answer with their figures where they answer for their health.
  const ours = health.kind === "http" && (service.kind === "program" || service.kind === "bus");
  if (JOBS[image] === undefined && !ours) return [];
  const port = typeof at === "number" ? at : at === "port" ? service.port : health.port;
  return [{ container: name, job, scheme: "http", port, path: "/metrics", labels: labelsOf(container) }];
}

function labelsOf({ node, service, layer, device, tenant }: Container): Record<string, string> {
  return {
    node,
    service,
    ...(layer !== undefined && { layer }),
    ...(device !== undefined && { device: String(device) }),
    ...(tenant !== undefined && { tenant }),
  };
}
