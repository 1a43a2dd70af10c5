import type { Container, Model } from "../model/types.ts";

/** Who has no figures of its own: QUIC's sidecar, which its gateway speaks for, and the stores, which exporters speak for. */
type Job = "services" | "haproxy" | "node";

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
  const job = jobOf(container, service?.kind);
  if (service === undefined || job === undefined) return [];
  const port = job === "node" ? service.port : container.health.port;
  return [{ container: container.name, job, scheme: "http", port, path: "/metrics", labels: labelsOf(container) }];
}

/** Programs of ours answer with their figures where they answer for their health. */
function jobOf({ image, health }: Container, kind: string | undefined): Job | undefined {
  if (image === "dsmil-haproxy") return "haproxy";
  if (image === "dsmil-node-exporter") return "node";
  return health.kind === "http" && (kind === "program" || kind === "bus") ? "services" : undefined;
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
