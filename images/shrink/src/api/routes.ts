import type { FastifyRequest } from "fastify";
import type { Api } from "../../../runtime/api/api.ts";
import { Refusal } from "../../../runtime/api/refusal.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import type { TenantBook } from "../tenant-book.ts";
import { metricsAnswer, riskAnswer } from "./answers.ts";

/** The routes by which a tenant reads its own figures; callers are tenants. */
export function addReading({ app, callerOf }: Api<string>, book: TenantBook): void {
  app.get("/api/v1/metrics", async (request) => {
    const tenant = callerOf(request);
    return metricsAnswer(tenant, book.report(tenant));
  });
  app.get("/risk", async (request) => {
    const tenant = ownTenant(request, callerOf(request));
    return riskAnswer(tenant, book.report(tenant));
  });
}

/** The route by which a tenant tells of its operators. */
export function addObserving({ app, callerOf }: Api<string>, book: TenantBook, metrics: Metrics): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(["application/x-ndjson", "text/plain"], { parseAs: "string" }, (_request, body, done) =>
    done(null, body),
  );
  app.post("/api/v1/observations", async (request, reply) => {
    const tenant = callerOf(request);
    const begun = performance.now();
    const accepted = book.observe(tenant, typeof request.body === "string" ? request.body : "");
    metrics.processed("OBSERVATION", accepted, (performance.now() - begun) / 1000, tenant.toUpperCase());
    return reply.code(202).send({ accepted });
  });
}

/** `tenant_id` of the query, which must be the caller's. */
function ownTenant(request: FastifyRequest, caller: string): string {
  const { tenant_id } = request.query as Readonly<Record<string, unknown>>;
  if (typeof tenant_id !== "string") throw new Refusal(400, "tenant_id_missing", "Say whose risk: ?tenant_id=ALPHA.");
  if (tenant_id !== caller.toUpperCase()) throw new Refusal(403, "tenant_mismatch", "The token is of another tenant.");
  return caller;
}
