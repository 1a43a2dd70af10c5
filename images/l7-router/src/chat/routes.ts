import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import { WorkerError } from "../workers/worker-error.ts";
import type { Started } from "../workers/worker-pool.ts";
import type { Chat } from "./chat.ts";
import { type ChatRequest, parseChat } from "./chat-request.ts";
import { Completion } from "./completion.ts";

export interface ChatRoutesParts {
  readonly chat: Chat;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Who sent a request, as the API's key check found it. */
  readonly callerOf: (request: FastifyRequest) => ApiKey;
}

/** Largest body: 128 Ki characters of messages, escaped, and what is around them. */
const BODY_LIMIT = 1024 * 1024;

/** One answer under way. */
interface Answer {
  readonly caller: ApiKey;
  readonly asked: ChatRequest;
  readonly started: Started;
  readonly reply: FastifyReply;
  readonly gone: AbortSignal;
}

/** `POST /v1/chat/completions`, at once or as a stream. A client that goes away stops its worker. */
export function addChatRoutes(app: FastifyInstance, parts: ChatRoutesParts): void {
  const { chat, callerOf } = parts;
  // Before the body is read: what is refused for what it says costs as much of the router, which all tenants share.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers(chat.admit(callerOf(request)));
  };
  app.post("/v1/chat/completions", { bodyLimit: BODY_LIMIT, onRequest }, async (request, reply) => {
    const caller = callerOf(request);
    const asked = parseChat(request.body);
    const away = new AbortController();
    reply.raw.once("close", () => away.abort(new ApiError(499, "client_closed", "The client went away.")));
    const started = await chat.start(caller, asked, away.signal);
    const answer: Answer = { caller, asked, started, reply, gone: away.signal };
    if (asked.stream) return streamed(parts, answer);
    return reply.send(await whole(parts, answer));
  });
}

async function whole({ chat }: ChatRoutesParts, { caller, asked, started, gone }: Answer): Promise<object> {
  const texts: string[] = [];
  try {
    for await (const event of started.events) {
      if ("delta" in event) texts.push(event.delta);
      if (!("done" in event)) continue;
      chat.spend(caller, event.done.usage);
      return new Completion(started.model).whole(texts.join(""), event.done.finish_reason, event.done.usage);
    }
    throw new WorkerError("down", 502, "worker_failed", "the answer has no end");
  } catch (error) {
    chat.spendPart(caller, asked, texts.length);
    if (gone.aborted) throw gone.reason;
    if (!(error instanceof WorkerError)) throw error;
    throw brokenOff(error);
  }
}

async function streamed(parts: ChatRoutesParts, answer: Answer): Promise<FastifyReply> {
  const { chat, metrics, log } = parts;
  const { caller, asked, started, reply, gone } = answer;
  const completion = new Completion(started.model, asked.includeUsage);
  const response = begin(reply);
  let pieces = 0;
  try {
    await send(response, completion.chunk({ role: "assistant", content: "" }), gone);
    for await (const event of started.events) {
      if ("delta" in event) {
        pieces += 1;
        await send(response, completion.chunk({ content: event.delta }), gone);
      } else if ("done" in event) {
        const { usage, finish_reason } = event.done;
        chat.spend(caller, usage);
        await send(response, completion.chunk({}, finish_reason), gone);
        if (asked.includeUsage) await send(response, completion.usage(usage), gone);
        response.write("data: [DONE]\n\n");
      }
    }
  } catch (error) {
    chat.spendPart(caller, asked, pieces);
    if (!gone.aborted) {
      // Never asked again elsewhere: the client has seen a part of another answer.
      metrics.failed("worker");
      log.warn({ tenant: caller.tenant, reason: (error as Error).message, pieces }, "a stream broke off");
      response.write(`data: ${JSON.stringify(brokenOff(error).body)}\n\n`);
    }
  } finally {
    response.end();
  }
  return reply;
}

function begin(reply: FastifyReply): ServerResponse {
  const headers = { ...reply.getHeaders() } as Record<string, string>;
  reply.hijack();
  const stream = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform" };
  return reply.raw.writeHead(200, { ...headers, ...stream, "x-accel-buffering": "no" });
}

/** Writes one event; a client that does not read is waited for, and with it the worker's answer. */
async function send(response: ServerResponse, event: object, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  if (!response.write(`data: ${JSON.stringify(event)}\n\n`)) await once(response, "drain", { signal: gone });
}

function brokenOff(cause: unknown): ApiError {
  const error = new ApiError(502, "worker_failed", "The answer broke off. Ask again.");
  error.cause = cause;
  return error;
}
