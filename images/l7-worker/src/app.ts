import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import { GENERATE_LIMITS, GENERATE_PATH, type GenerateRequest, parseGenerate } from "../../runtime/l7/generate.ts";
import type { Log } from "../../runtime/log.ts";
import type { ClaimGate } from "./claim-gate.ts";
import type { ModelSlot } from "./llm/model-slot.ts";
import { Refusal } from "./refusal.ts";
import { type AnswerParts, answer } from "./stream-answer.ts";
import type { WorkerMetrics } from "./worker-metrics.ts";

export interface WorkerParts extends Omit<AnswerParts, "metrics"> {
  readonly gate: ClaimGate;
  readonly model: ModelSlot;
  readonly health: Health;
  readonly metrics: WorkerMetrics;
  readonly log: Log;
  readonly device: number;
}

/** An L7 worker's internal API. It does not listen. */
export function createWorker(parts: WorkerParts): FastifyInstance {
  const { gate, model, health, metrics, log, device } = parts;
  const app = createHttp({ health, metrics: metrics.all, log, bodyLimit: GENERATE_LIMITS.bytes });
  // As bytes: they are what the claim is about.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, parts));
  app.get("/v1/status", async () => ({ device_id: device, ...model.status() }));
  app.post(GENERATE_PATH, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const caller = gate.check(request.headers, body);
    if (health.isDraining) throw new Refusal(503, "draining", "The worker is being stopped.");
    const wanted = requestIn(body);
    await answer({ ...parts, metrics }, { loaded: model.get(), caller, wanted, reply });
    return reply;
  });
  return app;
}

function requestIn(body: Buffer): GenerateRequest {
  try {
    return parseGenerate(body.toString("utf8"));
  } catch (error) {
    throw new Refusal(400, "invalid_request", (error as Error).message.slice(0, 200));
  }
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, parts: WorkerParts): FastifyReply {
  const { log, metrics } = parts;
  metrics.ended("refused");
  if (!(error instanceof Refusal)) {
    const { statusCode = 500, message } = error as { statusCode?: number; message: string };
    if (statusCode < 500) return reply.code(statusCode).send(new Refusal(statusCode, "invalid_request", message).body);
    metrics.all.failed("internal");
    log.error({ err: error }, "request failed");
    return reply.code(500).send(new Refusal(500, "internal_error", "The request failed on our side.").body);
  }
  const { status, code, message } = error;
  if (status === 401 || status === 403) {
    metrics.all.failed("denied");
    const asked = String(request.headers["x-tenant-id"] ?? "").slice(0, 32);
    const what = { status, code, reason: message, asked, client: request.ip };
    log.warn({ audit: true, action: "l7.generate", outcome: "denied", ...what }, "request denied");
  }
  if (status === 429 || status === 503) reply.header("retry-after", "1");
  return reply.code(status).send(error.body);
}
