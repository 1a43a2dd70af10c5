import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { pino } from "pino";
import { FlagCounter } from "../../../images/l8-advml/src/flags.ts";
import { SignalCounter } from "../../../images/l8-signals/src/signal-counter.ts";
import { proposalCounter } from "../../../images/l8-soar/src/proposal-counter.ts";
import { Metrics } from "../../../images/runtime/metrics.ts";
import { addGauges } from "../../../images/shrink/src/gauges.ts";
import { TenantBook } from "../../../images/shrink/src/tenant-book.ts";
import type { Target } from "./prometheus-server.ts";

/** A program's own metrics behind a port. */
export interface Program {
  readonly target: Target;
  /** As if it had worked. */
  work(): void;
  close(): void;
}

/** What a program of each layer counts, and how long its work takes, seconds. */
const WORK: Readonly<Record<string, readonly [service: string, device: number, type: string, seconds: number]>> = {
  L3: ["l3-router", 18, "L3_SCORE", 0.004],
  L4: ["l4-classifier", 25, "L4_CLASSIFY", 0.02],
  L5: ["l5-forecaster", 33, "L5_FORECAST", 0.02],
  L6: ["l6-risk", 37, "L6_RISK", 0.02],
  L7: ["l7-router", 43, "L7_API", 0.7],
  L8: ["l8-analytics", 52, "SOC_FUSE", 0.04],
  L9: ["l9-coa", 59, "L9_COA", 0.4],
};

/**
 * One program a layer for a tenant; that of Layer 8 also has what the tenant's other programs there have.
 * @param dir for SHRINK's folders of tenants
 */
export async function startPrograms(dir: string, tenant: string): Promise<readonly Program[]> {
  return Promise.all(Object.keys(WORK).map((layer) => startProgram(dir, layer, tenant)));
}

async function startProgram(dir: string, layer: string, tenant: string): Promise<Program> {
  const [service, device, type, seconds] = WORK[layer] ?? ["none", 0, "NONE", 0];
  const prefix = tenant.toUpperCase();
  const metrics = new Metrics({
    ...{ node: "node-a", service, device, layer: Number(layer.slice(1)), tokenIdBase: 0x8000 + 3 * device },
    ...{ tenant: prefix, logLevel: "info", httpPort: 8080 },
  });
  const more = layer === "L8" ? layerEight(metrics, dir, tenant) : () => undefined;
  const server = createServer((_request, response) => {
    metrics.registry.metrics().then(
      (text) => response.setHeader("content-type", metrics.registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const labels = {
    node: "node-a",
    layer,
    device: String(device),
    service,
    container: `dsmil-${service}-${tenant}`,
    tenant,
  };
  return {
    target: { port: portOf(server), labels },
    work() {
      metrics.processed(type, 10, seconds);
      more();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function layerEight(metrics: Metrics, dir: string, tenant: string): () => void {
  const tenant_id = tenant.toUpperCase();
  const flags = new FlagCounter(metrics, tenant_id, 51);
  new SignalCounter(metrics, tenant_id);
  mkdirSync(`${dir}/${tenant}/${tenant}`, { recursive: true });
  writeFileSync(`${dir}/${tenant}/${tenant}/token_sha256`, createHash("sha256").update(tenant).digest("hex"));
  const book = new TenantBook(`${dir}/${tenant}`, pino({ level: "silent" }));
  book.refresh();
  addGauges(metrics, book);
  const proposals = proposalCounter(metrics.registry);
  return () => {
    flags.raised("PROMPT_INJECTION");
    proposals.inc({ tenant_id, device_id: "58", action: "BLOCK_DOMAIN", result: "proposed" });
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === "object" && address) return address.port;
  throw new Error("the server does not listen");
}
