import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import type { Chat } from "./chat.ts";
import { parseChat } from "./chat-request.ts";
import { brokenOff, collect, type UnderWay } from "./collect.ts";
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

/** One answer under way, and where it goes. */
interface Answer extends UnderWay {
  readonly reply: FastifyReply;
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

async function whole({ chat }: ChatRoutesParts, answer: Answer): Promise<object> {
  const { text, finish_reason, usage } = await collect(chat, answer);
  return new Completion(answer.started.model).whole(text, finish_reason, usage);
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
