import type { Server } from "node:http";
import type { TLSSocket } from "node:tls";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { TlsFiles } from "../../runtime/api/tls-files.ts";
import { mayAs, type Operator, type Role } from "../../runtime/control/operator.ts";
import type { Health } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { SERVER_LIMITS } from "../../runtime/server-limits.ts";
import type { Audit } from "./audit.ts";
import { Callers } from "./callers.ts";
import { boundConnections } from "./connections.ts";
import { asProblem, Problem } from "./problem.ts";
import { refuseUnreadable } from "./unreadable.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Least role that may ask; default viewer. */
    readonly role?: Role;
  }
}

export interface ServerOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly audit: Audit;
  readonly tls: TlsFiles;
  /** PEM of the authority of operators' certificates. */
  readonly clientsCa: string;
  /** Operators by their keys, as they are now. */
  readonly operators: () => ReadonlyMap<string, Operator>;
}

/** Requests at once, in all and of one operator. */
const MOST_UNDER_WAY = 16;
const MOST_OF_ONE = 8;
/** How soon a handshake is done, ms; and how often it is looked whose heads take too long. */
const HANDSHAKE_MS = 5000;

const known = new WeakMap<FastifyRequest, Operator>();
const refused = new WeakMap<FastifyRequest, string>();

/** Who asks. @throws Problem where it is nobody, which no handler sees */
export function operatorOf(request: FastifyRequest): Operator {
  const operator = known.get(request);
  if (operator === undefined) throw new Problem(401, "no_certificate", "A client certificate is needed.");
  return operator;
}

/**
 * A server for operators, over mutual TLS. Who shows no certificate, or one that is none of an operator's, is answered 401
 * and not cut off, so that it is written down; every answer waits until the call is.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { log, tls, clientsCa } = options;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 4096,
    // Fastify answers a path that is no valid one before any hook: nobody would be asked who they are.
    rewriteUrl: ({ url = "/" }) => (isValid(url) ? url : "/-"),
    exposeHeadRoutes: false,
    ...SERVER_LIMITS,
    // What is longer fails at its pattern, after it is known who asks.
    routerOptions: { maxParamLength: 16 * 1024 },
    // A parameter that is not known is a mistake, not something to leave out.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true } },
    clientErrorHandler: (error, socket) => void refuseUnreadable(error, socket, options),
    https: {
      ...{ ...tls, ca: clientsCa, requestCert: true, rejectUnauthorized: false, minVersion: "TLSv1.2" },
      // Fastify passes its bounds on to servers without TLS alone.
      ...{ ...SERVER_LIMITS.http, handshakeTimeout: HANDSHAKE_MS, connectionsCheckingInterval: HANDSHAKE_MS },
    },
  }) as unknown as FastifyInstance;
  boundConnections(app.server as Server);
  admit(app, options);
  app.addHook("onSend", async (request, reply, payload) => written(request, reply, payload, options));
  app.setErrorHandler((error, request, reply) => {
    // Fastify finds fault with a method's body before it finds that the method is none of ours.
    const isOther = request.method !== "GET" && !(error instanceof Problem);
    return answer(isOther ? nothingHere(app, request, reply) : asProblem(error), request, reply, options);
  });
  app.setNotFoundHandler((request, reply) => answer(nothingHere(app, request, reply), request, reply, options));
  return app;
}

function admit(app: FastifyInstance, { health, operators }: ServerOptions): void {
  const callers = new Callers();
  const underWay: string[] = [];
  app.addHook("onRequest", async (request, reply) => {
    const operator = callers.of(request.raw.socket as TLSSocket, operators());
    known.set(request, operator);
    if (health.isDraining) throw new Problem(503, "draining", "This server is being stopped.", 5);
    const role = request.routeOptions.config.role ?? "viewer";
    if (!mayAs(operator.role, role)) throw new Problem(403, "wrong_role", `This needs the role ${role} or more.`);
    const own = underWay.filter((name) => name === operator.name).length;
    if (underWay.length >= MOST_UNDER_WAY || own >= MOST_OF_ONE) {
      const most = own >= MOST_OF_ONE ? MOST_OF_ONE : MOST_UNDER_WAY;
      throw new Problem(429, "too_many_requests", `${most} requests are under way already.`, 1);
    }
    underWay.push(operator.name);
    reply.raw.once("close", () => underWay.splice(underWay.indexOf(operator.name), 1));
  });
}

/** What cannot be written down is not answered. */
async function written(request: FastifyRequest, reply: FastifyReply, payload: unknown, { audit, log }: ServerOptions) {
  const operator = known.get(request);
  const code = refused.get(request);
  // Absent where there is nothing of the path; the path itself is cut.
  const route = request.routeOptions.url;
  const fact = {
    ...(operator && { operator: operator.name, role: operator.role }),
    client: request.ip,
    what: request.method.slice(0, 16),
    path: pathOf(request),
    ...(route !== undefined && { route }),
    status: reply.statusCode,
    ...(code !== undefined && { code }),
  };
  try {
    const wait = await audit.call(fact);
    if (wait === undefined) return payload;
    const detail = "More different things were asked within ten minutes than the trail takes of one operator.";
    return instead(reply, new Problem(429, "too_many_calls", detail, wait));
  } catch (error) {
    log.error({ err: error }, "call not written down, and not answered");
    return instead(reply, new Problem(503, "no_audit", "What is asked cannot be written down now."));
  }
}

/** A problem in place of an answer that is made already. */
function instead(reply: FastifyReply, { status, body, retryAfter }: Problem): string {
  const content = JSON.stringify(body);
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  reply.code(status).header("content-type", "application/problem+json").header("content-length", content.length);
  return content;
}

function answer(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, metrics }: Pick<ServerOptions, "log" | "metrics">,
): FastifyReply {
  const { status, code, retryAfter } = problem;
  refused.set(request, code);
  if (status === 401 || status === 403) {
    metrics.failed("denied");
    // Who is nobody holds no connection.
    if (status === 401) reply.header("www-authenticate", 'Certificate realm="dsmil"').header("connection", "close");
    const what = { status, code, operator: known.get(request)?.name, client: request.ip, path: pathOf(request) };
    log.warn({ audit: true, action: "control.request", outcome: "denied", ...what }, "request denied");
  } else if (status === 500) {
    metrics.failed("internal");
    log.error({ err: problem.cause, path: pathOf(request) }, "request failed");
  }
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  // Routes' own schemas are not for it: it is written as it is.
  return reply
    .code(status)
    .type("application/problem+json")
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem.body);
}

/** All routes are for GET: another method at one of their paths is told so. */
function nothingHere(app: FastifyInstance, { method, url }: FastifyRequest, reply: FastifyReply): Problem {
  const [path = ""] = url.split(/[?#]/, 1);
  if (method !== "GET" && paths.get(app)?.some((pattern) => pattern.test(path))) {
    reply.header("allow", "GET");
    return new Problem(405, "method_not_allowed", "Only GET is allowed here.");
  }
  return new Problem(404, "not_found", "There is nothing of that method and path here.");
}

const paths = new WeakMap<FastifyInstance, readonly RegExp[]>();

/** Tells the server which paths it has, for other methods than theirs. @param all such as `/v1/tenants/:id` */
export function rememberPaths(app: FastifyInstance, all: readonly string[]): void {
  paths.set(
    app,
    all.map((path) => new RegExp(`^${path.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")}$`)),
  );
}

/** The path as it was meant, without query and fragment. */
function pathOf({ originalUrl }: FastifyRequest): string {
  const [path = ""] = originalUrl.split(/[?#]/, 1);
  return (decoded(path) ?? path).slice(0, 256).toWellFormed();
}

const isValid = (url: string): boolean => url.startsWith("/") && decoded(url.split(/[?#]/, 1)[0] ?? "") !== undefined;

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
