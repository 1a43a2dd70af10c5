import type { ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import type { GenerateEvent, GenerateRequest } from "../../runtime/l7/generate.ts";
import type { Log } from "../../runtime/log.ts";
import type { Caller } from "./claim-gate.ts";
import type { Outcome, Sequence } from "./llm/engine.ts";
import type { Loaded } from "./llm/model-slot.ts";
import { Refusal } from "./refusal.ts";
import type { WorkerMetrics } from "./worker-metrics.ts";

export interface AnswerParts {
  readonly metrics: WorkerMetrics;
  readonly log: Log;
  readonly timeoutMs: number;
  /** Aborts when the worker stops. */
  readonly stopping: AbortSignal;
}

/** One request that was let in. */
export interface Work {
  readonly loaded: Loaded;
  readonly caller: Caller;
  readonly wanted: GenerateRequest;
  readonly reply: FastifyReply;
}

/** Longest text an answer holds back for a client that does not read, bytes; then it is ended. */
const MAX_UNREAD = 1024 * 1024;

/**
 * Writes an answer as server-sent events. A client that goes away, a worker that stops and a timeout end it at the next
 * token. Before the first event it may still be refused with a status.
 * @throws Refusal before anything was sent
 */
export async function answer(parts: AnswerParts, { loaded, caller, wanted, reply }: Work): Promise<void> {
  const { metrics, timeoutMs, stopping } = parts;
  const gone = new AbortController();
  const response = reply.raw;
  response.once("close", () => gone.abort(new Refusal(499, "cancelled", "The client went away.")));
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([gone.signal, stopping, timeout]);
  const begun = performance.now();
  let sequence: Sequence | undefined;
  try {
    sequence = await loaded.slots.take(caller.tenant, signal);
    const outcome = await written(loaded, sequence, wanted, { reply, signal, gone });
    metrics.answered(caller.tenant, outcome.usage, (performance.now() - begun) / 1000);
    metrics.ended(outcome.finish_reason);
    if (!response.headersSent) start(reply);
    send(response, { done: outcome });
  } catch (error) {
    if (gone.signal.aborted) metrics.ended("cancelled");
    else failed(parts, error, reply, timeout.aborted);
  } finally {
    if (sequence) loaded.slots.give(sequence);
    if (response.headersSent) response.end();
  }
}

interface Sink {
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
  readonly gone: AbortController;
}

function written({ engine }: Loaded, sequence: Sequence, wanted: GenerateRequest, sink: Sink): Promise<Outcome> {
  const { reply, signal, gone } = sink;
  const onText = (text: string): void => {
    if (!reply.raw.headersSent) start(reply);
    send(reply.raw, { delta: text });
    if (reply.raw.writableLength > MAX_UNREAD) gone.abort(new Refusal(499, "cancelled", "The client does not read."));
  };
  return engine.generate(sequence, wanted, onText, signal);
}

function failed({ metrics, log, stopping }: AnswerParts, error: unknown, reply: FastifyReply, late: boolean): void {
  const refusal = asRefusal(error, late, stopping.aborted);
  if (refusal.status === 500) {
    metrics.all.failed("internal");
    log.error({ err: error }, "answer failed");
  }
  if (!reply.raw.headersSent) throw refusal;
  metrics.ended(late ? "timeout" : "failed");
  send(reply.raw, refusal.body);
}

function asRefusal(error: unknown, late: boolean, stopped: boolean): Refusal {
  if (error instanceof Refusal) return error;
  if (late) return new Refusal(504, "timeout", "The answer took too long.");
  if (stopped) return new Refusal(503, "draining", "The worker is being stopped.");
  return new Refusal(500, "internal_error", "The answer failed on our side.");
}

function start(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
}

function send(response: ServerResponse, event: GenerateEvent): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}
