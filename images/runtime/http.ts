import fastify, { type FastifyInstance, LogController } from "fastify";
import type { Health } from "./health.ts";
import { addHealthMetrics } from "./health-metrics.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

export interface HttpOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Largest request body, bytes (default 64 KiB). */
  readonly bodyLimit?: number;
  /** Whether X-Forwarded-For says who the client is: only behind a proxy of ours (default false). */
  readonly trustProxy?: boolean;
}

/**
 * A Fastify app with the three routes every service has: `/healthz` (200 `ok`, 503 when unhealthy or draining),
 * `/health` (the report of Phase 9 §4.2, 503 when unhealthy) and `/metrics` (Prometheus text). It does not listen.
 */
export function createHttp({
  health,
  metrics,
  log,
  bodyLimit = 64 * 1024,
  trustProxy = false,
}: HttpOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy,
    ...SERVER_LIMITS,
    routerOptions: { maxParamLength: 200 },
  }) as unknown as FastifyInstance;
  addHealthMetrics(metrics.registry, health);
  app.get("/healthz", async (_request, reply) => {
    const { status } = health.report();
    return reply
      .code(status === "unhealthy" ? 503 : 200)
      .type("text/plain")
      .send(status === "unhealthy" ? "unhealthy\n" : "ok\n");
  });
  app.get("/health", async (_request, reply) => {
    const report = health.report();
    return reply.code(report.status === "unhealthy" ? 503 : 200).send(report);
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}
