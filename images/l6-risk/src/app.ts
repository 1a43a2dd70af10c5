import { decodeEvent } from "../../runtime/event-codec.ts";
import { latencyCheck } from "../../runtime/latency-check.ts";
import { LatencyWindow } from "../../runtime/latency-window.ts";
import { BatchModel } from "../../runtime/models/batch-model.ts";
import { ENTITY_FEATURES, MEMORY_MS } from "../../runtime/models/features/entity-features.ts";
import { pause } from "../../runtime/pause.ts";
import { StreamTail } from "../../runtime/stream-tail.ts";
import { StreamWriter } from "../../runtime/stream-writer.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import { ask, assess, levelOf, plan, type Risk } from "./assess.ts";
import { readAssessRequest } from "./assess-request.ts";
import type { L6Config } from "./config.ts";
import { EntityBook } from "./entity-book.ts";
import { attribute } from "./trace-of.ts";
import { Unusual } from "./unusual.ts";

/** Layer 6 answers within 300 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 300;

/** The model that assesses; models/l6-risk made it. */
const MODEL = { name: "l6-risk", features: "entity-v1", width: ENTITY_FEATURES.length, columns: ["incident"] };

/**
 * L6 risk model (devices 36 to 42): remembers for an hour what each address or user did by L4_OUT, and tells every
 * quarter of a minute on L6_OUT and under GET /v1/risks by whom an incident is to be expected, and what would follow from
 * five scenarios. POST /v1/assess answers for events that are made up. Without the model there is no risk.
 */
export async function createRiskModel(service: TenantService, config: L6Config): Promise<void> {
  const { log, metrics, signal } = service;
  const { tenant, device, layer } = config.identity;
  const model = new BatchModel(service, MODEL, config.models);
  await model.start();
  const [book, unusual, latency] = [new EntityBook(), new Unusual(), new LatencyWindow()];
  const writer = new StreamWriter(service.writer);
  service.health.add(latencyCheck(latency, OBJECTIVE_MS));
  service.health.add({ name: "entities", weight: "warning", read: () => ({ value: book.size, ok: true }) });
  let latest: Risk | undefined;

  async function turn(): Promise<void> {
    const begun = performance.now();
    const now = Date.now();
    latest = await assess(book.current(now, unusual.value), now, model);
    if (!latest) return;
    const made = { tenant_id: tenant, ts: new Date(now).toISOString(), source_device: device, source_layer: layer };
    await writer.append([{ key: config.streams.l6Out, event: JSON.stringify({ ...made, risk: latest }) }]);
    latency.record(performance.now() - begun);
    metrics.processed("L6_RISK", latest.entities_assessed, (performance.now() - begun) / 1000);
  }

  const take = (text: string, at: number): void => {
    const decoded = decodeEvent(text, tenant);
    const found = decoded.ok ? attribute(decoded.value, at) : undefined;
    if (found) book.add(found);
    if (!decoded.ok) metrics.rejected(decoded.reason);
  };
  const since = Date.now() - MEMORY_MS;
  const events = new StreamTail(service, "l4_out", config.streams.l4Out, take, since);
  const forecasts = new StreamTail(service, "l5_out", config.streams.l5Out, (text) => unusual.take(text), since);
  addRoutes(service, model, () => latest);
  for (const tail of [events, forecasts]) service.loop(tail.run(signal));
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(config.everyMs, signal);
      if (signal.aborted || !events.caughtUp) continue;
      await turn().catch((error: Error) => log.warn({ reason: error.message }, "risk not published"));
    }
  };
  service.loop(loop());
}

function addRoutes({ http, config, metrics }: TenantService, model: BatchModel, latest: () => Risk | undefined): void {
  const { tenant } = config.identity;
  http.get("/v1/risks", async () => ({ tenant_id: tenant, risk: latest() ?? null }));
  http.post("/v1/assess", async (request, reply) => {
    const begun = performance.now();
    const now = Date.now();
    let entity: ReturnType<typeof readAssessRequest>;
    try {
      entity = readAssessRequest(request.body, now);
    } catch (error) {
      return reply.code(400).send({ error: (error as Error).message });
    }
    const [probability] = (await ask([entity], now, model)) ?? [];
    if (probability === undefined) return reply.code(503).send({ error: "model not loaded" });
    metrics.processed("L6_ASSESS", 1, (performance.now() - begun) / 1000);
    const scenarios = await plan(entity, now, model);
    return { tenant_id: tenant, probability, level: levelOf(probability), scenarios, model: model.identity };
  });
}
