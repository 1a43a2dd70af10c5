import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { addAgentRoutes } from "./agent/routes.ts";
import { ApiError } from "./api-error.ts";
import { API_ROUTES, OTHER_ROLE } from "./api-routes.ts";
import { authorize } from "./authorize.ts";
import type { Chat } from "./chat/chat.ts";
import type { PromptGate } from "./chat/prompt-gate.ts";
import { addChatRoutes } from "./chat/routes.ts";
import type { DeviceClient } from "./devices/device-client.ts";
import type { TokenVerifier } from "./identity/token-verifier.ts";
import type { ApiKey, KeyRing } from "./key-ring.ts";
import { modelEntry } from "./models.ts";
import { addPerceptionRoutes } from "./perception/routes.ts";
import { RagClient } from "./rag/rag-client.ts";
import { addRagRoutes } from "./rag/routes.ts";
import { addSocRoutes } from "./soc/routes.ts";

export interface L7Parts {
  readonly ring: KeyRing;
  readonly tokens: TokenVerifier;
  readonly chat: Chat;
  readonly prompts: PromptGate;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly bodyLimit: number;
  readonly devices: DeviceClient;
}

/** Routes without a key: for gates, balancers and the metrics collector. */
const PUBLIC: ReadonlySet<string> = new Set(["/healthz", "/health", "/metrics"]);
const METHODS: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** L7 router (device 43): the OpenAI-compatible API. It does not listen. */
export function createL7Router(parts: L7Parts): FastifyInstance {
  const { ring, tokens, chat, prompts, health, metrics, log, bodyLimit, devices } = parts;
  const app = createHttp({ health, metrics, log, bodyLimit, trustProxy: true });
  const callers = new WeakMap<FastifyRequest, ApiKey>();

  // Before the body is read: who may not ask costs no memory.
  app.addHook("onRequest", async (request) => {
    if (!needsKey(request)) return;
    const { role: usual = OTHER_ROLE, roles } = API_ROUTES[request.routeOptions.url ?? ""] ?? {};
    const role = roles?.[request.method] ?? usual;
    callers.set(request, await authorize(request.headers, ring, tokens, role));
  });
  app.addHook("onSend", async (_request, reply) => {
    if (health.isDraining) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const caller = callers.get(request);
    if (caller) metrics.processed("L7_API", 1, reply.elapsedTime / 1000, caller.tenant);
  });
  app.setErrorHandler((error, request, reply) =>
    refuse(asApiError(error), request, reply, parts, callers.get(request)),
  );
  app.setNotFoundHandler((request, reply) => {
    const error = new ApiError(404, "unknown_url", `There is no ${request.method} ${pathOf(request)} here.`);
    return refuse(error, request, reply, parts, callers.get(request));
  });

  app.get("/v1/models", async () => ({ object: "list", data: chat.models.map(modelEntry) }));
  app.get<{ Params: { model: string } }>("/v1/models/:model", async ({ params }) => {
    if (chat.models.includes(params.model)) return modelEntry(params.model);
    throw new ApiError(404, "model_not_found", "There is no such model; GET /v1/models lists them.", "model");
  });
  const callerOf = (request: FastifyRequest): ApiKey => callers.get(request) as ApiKey;
  addChatRoutes(app, { chat, metrics, log, callerOf });
  addSocRoutes(app, devices, callerOf, (caller) => chat.admit(caller));
  addRagRoutes(app, { rag: new RagClient(devices), chat, prompts, callerOf });
  addAgentRoutes(app, { devices, chat, callerOf });
  addPerceptionRoutes(app, { devices, callerOf, admit: (caller) => chat.admit(caller) });
  refuseOtherMethods(app);
  return app;
}

function refuseOtherMethods(app: FastifyInstance): void {
  for (const [url, { methods: allowed }] of Object.entries(API_ROUTES)) {
    const onRequest = async (_request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      reply.header("allow", allowed.join(", "));
      throw new ApiError(405, "method_not_allowed", `Only ${allowed[0]} is allowed here.`);
    };
    const method = METHODS.filter((one) => !allowed.includes(one));
    app.route({ method, url, onRequest, handler: async () => undefined });
  }
}

/** By the route that matched, not by the URL's text, which can spell a path in many ways. */
function needsKey(request: FastifyRequest): boolean {
  const route = request.routeOptions.url;
  return route === undefined ? request.url.startsWith("/v1/") : !PUBLIC.has(route);
}

function refuse(
  error: ApiError,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, metrics }: L7Parts,
  caller: ApiKey | undefined,
): FastifyReply {
  const { status, code, retryAfter } = error;
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  if (status === 401) reply.header("www-authenticate", "Bearer");
  if (status === 401 || status === 403) {
    metrics.failed("denied");
    const asked = request.headers["x-tenant-id"];
    const who = { client: request.ip, ...(caller && { tenant: caller.tenant, key: caller.name }) };
    const what = { method: request.method, path: pathOf(request), ...(asked && { asked: String(asked).slice(0, 32) }) };
    log.warn(
      { audit: true, action: "api.request", outcome: "denied", status, code, ...who, ...what },
      "request denied",
    );
  } else if (error.cause instanceof DbeError) {
    metrics.failed("bus");
    log.warn({ path: pathOf(request), status, code, detail: error.cause.detail }, "the bus did not answer");
  } else if (status >= 500) {
    metrics.failed("internal");
    log.error({ err: error.cause ?? error, path: pathOf(request) }, "request failed");
  }
  return reply.code(status).send(error.body);
}

/** Fastify's own refusals (body too large, not JSON …) in our format; anything else is our fault and tells nothing. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
  if (statusCode === 413) return new ApiError(413, "request_too_large", message);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError(statusCode, (code ?? "bad_request").toLowerCase(), message);
  }
  const hidden = new ApiError(500, "internal_error", "The request failed on our side.");
  hidden.cause = error;
  return hidden;
}

/** Path without the query, which may hold secrets. */
function pathOf(request: FastifyRequest): string {
  return (request.url.split("?")[0] ?? "").slice(0, 200);
}
