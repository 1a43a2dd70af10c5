import type { FastifyInstance } from "fastify";
import { sees } from "../../runtime/control/operator.ts";
import { objectOf, text } from "../../runtime/control/schema.ts";
import { SOC } from "../../runtime/control/soc.ts";
import { Problem, wrongTenant } from "./problem.ts";
import { askPrometheus, type Prometheus } from "./prometheus.ts";
import { routeSchema } from "./route-schema.ts";
import { operatorOf } from "./server.ts";
import { NO_SAMPLES, type SocSamples, socFigures } from "./soc-figures.ts";
import { type SocScope, socQueries } from "./soc-queries.ts";

interface SocQuery {
  readonly tenant?: string;
}

/** `/v1/soc`: rates, counts, alerts and backlogs of the caller's tenants. The queries are ours, and so are tenants in them. */
export function addSoc(app: FastifyInstance, { prometheus }: { readonly prometheus?: Prometheus }): void {
  const tenant = text("Of this tenant alone", { pattern: "^[a-z][a-z0-9]{1,15}$" });
  const schema = routeSchema({
    summary: "What the SOC sees",
    description:
      "Rates by layer, what was found and decided in the last 15 minutes by sort, alerts and backlogs, from Prometheus; never single events. For analysts; of their tenants.",
    querystring: objectOf<SocQuery>({ tenant }, "tenant"),
    answer: SOC,
    more: {
      404: "Prometheus does not run on this node",
      502: "Prometheus gives no answer",
    },
  });
  app.get<{ Querystring: SocQuery }>("/v1/soc", { schema, config: { role: "analyst" } }, async (request) => {
    const operator = operatorOf(request);
    const wanted = request.query.tenant;
    if (wanted !== undefined && !sees(operator, wanted)) throw wrongTenant();
    const scope = wanted === undefined ? operator.tenants : [wanted];
    return socFigures(await samplesFor(prometheus, scope), new Date());
  });
}

async function samplesFor(prometheus: Prometheus, scope: SocScope): Promise<SocSamples> {
  if (prometheus === undefined) throw new Problem(404, "not_found", "Prometheus does not run on this node.");
  // A pattern of no tenant would be one of what has none.
  if (scope !== "all" && scope.length === 0) return NO_SAMPLES;
  const queries = Object.entries(socQueries(scope));
  const told = await Promise.all(
    queries.map(async ([name, promql]) => [name, await askPrometheus(prometheus, promql)] as const),
  );
  return { ...NO_SAMPLES, ...Object.fromEntries(told) };
}
