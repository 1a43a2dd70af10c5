import type { Node } from "./types.ts";

/** What kind of thing an image of the catalogue is, as far as the manifest's rules go. */
export interface ImageProfile {
  /**
   * store: keeps data; balancer: passes requests on to what it needs; program: serves a device; bus: joins the nodes;
   * monitor: watches all of them.
   */
  readonly kind: "store" | "balancer" | "program" | "bus" | "monitor";
  readonly scope: "tenant" | "shared" | "node";
  /** Role of the nodes whose stack runs it; absent where every node has it. */
  readonly role?: Node["role"];
  /** Whether a service may have more than one container; these are numbered from 1. */
  readonly scalable: boolean;
  /** A program that speaks for no device: it says node and limits itself. */
  readonly deviceless?: boolean;
  /** Whether several services may run it, each for a device of its own; their ids begin with the image's. */
  readonly several?: true;
  /** Whether its containers share their node's network in place of one of their own. */
  readonly hostNetwork?: true;
  /** Whether no other service may be on a network of its. */
  readonly ownNetwork?: true;
  /** Port the image listens on, where it cannot be chosen. */
  readonly port?: number;
}

const store = (port: number): ImageProfile => ({ kind: "store", scope: "shared", role: "data", scalable: false, port });
const tenantProgram: ImageProfile = { kind: "program", scope: "tenant", role: "soc", scalable: false };
const tenantPredictor: ImageProfile = { ...tenantProgram, role: "ai" };

const PROFILES: Readonly<Record<string, ImageProfile>> = {
  "dsmil-redis": store(6379),
  "dsmil-postgres": store(5432),
  "dsmil-qdrant": store(6333),
  "dsmil-haproxy": { kind: "balancer", scope: "shared", role: "ai", scalable: false },
  "dsmil-l3-router": tenantProgram,
  "dsmil-l4-classifier": tenantProgram,
  "dsmil-l5-forecaster": tenantPredictor,
  "dsmil-l6-risk": tenantPredictor,
  "dsmil-l7-rag": tenantPredictor,
  "dsmil-l8-analytics": tenantProgram,
  "dsmil-l8-advml": tenantProgram,
  "dsmil-l8-crypto": { kind: "program", scope: "shared", role: "soc", scalable: false },
  "dsmil-l8-signals": tenantProgram,
  "dsmil-l8-enclave": { kind: "program", scope: "shared", role: "soc", scalable: false },
  "dsmil-l8-soar": tenantProgram,
  "dsmil-l9-coa": tenantProgram,
  "dsmil-l9-strategy": tenantProgram,
  "dsmil-l9-coalition": tenantProgram,
  "dsmil-l9-nc3": tenantProgram,
  "dsmil-l7-perception": { kind: "program", scope: "shared", role: "ai", scalable: false },
  "dsmil-l7-worker": { kind: "program", scope: "shared", role: "ai", scalable: true, several: true },
  "dsmil-l7-router": { kind: "program", scope: "shared", role: "ai", scalable: true },
  "dsmil-l7-agent": tenantPredictor,
  "dsmil-l7-tools": { kind: "program", scope: "shared", role: "ai", scalable: false },
  "dsmil-shrink": { kind: "program", scope: "shared", role: "soc", scalable: false, deviceless: true },
  "dsmil-alertmanager": { kind: "monitor", scope: "shared", role: "soc", scalable: false, port: 9093 },
  "dsmil-dbe-gateway": { kind: "bus", scope: "node", scalable: false },
  "dsmil-dbe-quic": { kind: "bus", scope: "node", scalable: false },
  "dsmil-node-agent": { kind: "monitor", scope: "node", scalable: false, hostNetwork: true },
  "dsmil-control-api": { kind: "monitor", scope: "node", scalable: false, hostNetwork: true },
  "dsmil-node-exporter": { kind: "monitor", scope: "node", scalable: false, hostNetwork: true },
  "dsmil-redis-exporter": { kind: "monitor", scope: "shared", role: "data", scalable: false },
  "dsmil-postgres-exporter": { kind: "monitor", scope: "shared", role: "data", scalable: false },
  "dsmil-prometheus": { kind: "monitor", scope: "shared", role: "soc", scalable: false },
  "dsmil-log-shipper": { kind: "monitor", scope: "node", scalable: false },
  "dsmil-log-gate": { kind: "monitor", scope: "shared", role: "data", scalable: false },
  "dsmil-loki": { kind: "monitor", scope: "shared", role: "data", scalable: false, port: 3100 },
  "dsmil-portainer": { kind: "monitor", scope: "shared", role: "soc", scalable: false, ownNetwork: true, port: 9443 },
};

/** Names of all images a service may use; the schema's list is kept equal by a test. */
export const SERVICE_IMAGES: readonly string[] = Object.keys(PROFILES);

/** The profile of an image; throws for a name the schema would have refused. */
export function profileOf(image: string): ImageProfile {
  const profile = PROFILES[image];
  if (profile === undefined)
    throw new Error(`no profile for image ${image}; expected one of ${SERVICE_IMAGES.join(", ")}`);
  return profile;
}

/** `dsmil-l3-router` → `l3-router`: stacks, streams' consumer groups and host names know a service by its image's id. */
export const serviceIdOf = (image: string): string => image.replace(/^dsmil-/, "");
