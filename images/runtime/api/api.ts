import type { Server } from "node:http";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { Health } from "../health.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { SERVER_LIMITS } from "../server-limits.ts";
import { Refusal } from "./refusal.ts";
import type { TlsFiles } from "./tls-files.ts";

export interface ApiOptions<Caller> {
  /** What it is called in audit lines: `ingest`. */
  readonly name: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Largest body, bytes. */
  readonly bodyLimit: number;
  /** Requests at once; further ones are refused with 429. */
  readonly mostUnderWay: number;
  /** Requests of one caller at once (default: all): who sends slowly must not take all places. */
  readonly mostOfOne?: number;
  /** Who asks, or undefined for nobody we know; asked before the body is read. */
  readonly identify: (request: FastifyRequest) => Caller | undefined;
  /** Absent on a socket of the file system. */
  readonly tls?: TlsFiles;
  /** PEM of the authority of clients' certificates; with it, who shows none of them gets no connection. */
  readonly clientCa?: string;
  /** With `clientCa`: a client may do without a certificate, and is then known by `identify` alone. */
  readonly certificateOptional?: true;
}

/** A server for known callers, and who asked. It does not listen. */
export interface Api<Caller> {
  readonly app: FastifyInstance;
  readonly callerOf: (request: FastifyRequest) => Caller;
}

/** Connections at once. */
const CONNECTIONS = 128;
const minVersion = "TLSv1.2" as const;
const handshakeTimeout = 10_000;

/**
 * A server that outsiders may reach: who is not known is refused and audited before the body is read, work at once is
 * bounded, and a refusal is JSON with a code and, where waiting helps, Retry-After.
 */
export function createApi<Caller>(options: ApiOptions<Caller>): Api<Caller> {
  const { health, log, bodyLimit, mostUnderWay, mostOfOne = mostUnderWay, identify, tls } = options;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    ...SERVER_LIMITS,
    routerOptions: { maxParamLength: 64 },
    // Fastify gives `http` to servers without TLS only.
    ...(tls && { https: { ...SERVER_LIMITS.http, handshakeTimeout, ...tls, ...clients(options), minVersion } }),
  }) as unknown as FastifyInstance;
  (app.server as Server).maxConnections = CONNECTIONS;
  const callers = new WeakMap<FastifyRequest, { readonly caller: Caller }>();
  const underWay: Caller[] = [];
  app.addHook("onRequest", async (request, reply) => {
    const caller = identify(request);
    if (caller === undefined) throw new Refusal(401, "unauthorized", "The token is missing or unknown.");
    callers.set(request, { caller });
    if (health.isDraining) throw new Refusal(503, "draining", "This server is being stopped.", 5);
    const own = underWay.filter((other) => other === caller).length;
    if (underWay.length >= mostUnderWay || own >= mostOfOne) {
      const most = own >= mostOfOne ? mostOfOne : mostUnderWay;
      throw new Refusal(429, "too_many_requests", `${most} requests are under way already.`, 1);
    }
    underWay.push(caller);
    reply.raw.once("close", () => underWay.splice(underWay.indexOf(caller), 1));
  });
  app.setErrorHandler((error, request, reply) => refuse(asRefusal(error), request, reply, options));
  app.setNotFoundHandler((request, reply) => {
    const refusal = new Refusal(404, "not_found", "There is nothing of that method and path here.");
    return refuse(refusal, request, reply, options);
  });
  const callerOf = (request: FastifyRequest): Caller => {
    const known = callers.get(request);
    if (known === undefined) throw new Refusal(401, "unauthorized", "The token is missing or unknown.");
    return known.caller;
  };
  return { app, callerOf };
}

const clients = ({ clientCa, certificateOptional }: Pick<ApiOptions<unknown>, "clientCa" | "certificateOptional">) =>
  clientCa ? { ca: clientCa, requestCert: true, rejectUnauthorized: !certificateOptional } : {};

function refuse(
  refusal: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, log, metrics }: Pick<ApiOptions<unknown>, "name" | "log" | "metrics">,
): FastifyReply {
  const { status, code, retryAfter } = refusal;
  const path = request.url.split("?", 1)[0]?.slice(0, 128);
  if (status === 401 || status === 403) {
    metrics.failed("denied");
    reply.header("www-authenticate", "Bearer");
    const what = { status, code, client: request.ip, method: request.method, path };
    log.warn({ audit: true, action: `${name}.request`, outcome: "denied", ...what }, "request denied");
  } else if (status === 500) {
    metrics.failed("internal");
    log.error({ err: refusal.cause, path }, "request failed");
  }
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  return reply.code(status).send(refusal.body);
}

/** Fastify's own refusals in our form; anything else is our fault and tells nothing. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Refusal(statusCode, (code ?? "bad_request").toLowerCase(), message);
  }
  const hidden = new Refusal(500, "internal_error", "The request failed on our side.");
  hidden.cause = error;
  return hidden;
}
