import type { FastifyInstance, FastifyRequest } from "fastify";
import { DEVICE, STATUS, TENANT, TENANTS } from "../../runtime/control/answers.ts";
import { AUDIT, type AuditAnswer, HEALTH, LOGS, SLO } from "../../runtime/control/findings.ts";
import { type Operator, sees } from "../../runtime/control/operator.ts";
import { objectOf, oneOf, text, time, whole } from "../../runtime/control/schema.ts";
import { jsonObject } from "../../runtime/json-object.ts";
import { LEVELS, type Level } from "../../runtime/logs/level.ts";
import { nodeFigures } from "./node-figures.ts";
import { Problem, wrongTenant } from "./problem.ts";
import { asked, askPrometheus, type Prometheus } from "./prometheus.ts";
import { readLogs } from "./read-logs.ts";
import { routeSchema } from "./route-schema.ts";
import { operatorOf } from "./server.ts";
import { SLO_QUERY, serviceLevels } from "./service-levels.ts";
import { addSoc } from "./soc-route.ts";
import type { Summary } from "./summary.ts";
import type { TrailFile } from "./trail-file.ts";
import { Turns } from "./turns.ts";
import type { View } from "./view.ts";

/** What the routes answer from. */
export interface Sources {
  readonly node: string;
  readonly engineDir: string;
  readonly view: View;
  /** Upper-case tenant, or SHARED. */
  readonly summaries: () => ReadonlyMap<string, Summary>;
  readonly trails: Readonly<Record<(typeof TRAILS)[number], Pick<TrailFile, "read">>>;
  /** How Prometheus is asked; absent where it does not run. */
  readonly prometheus?: Prometheus;
}

/** The trails of a node: of operators' calls, and of those of nobody we know. */
const TRAILS = ["operators", "nobody"] as const;

const NAME = text("Container's name", { pattern: "^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$" });
const TENANT_ID = text("Tenant's id", { pattern: "^[a-z][a-z0-9]{1,15}$" });
const HEALTH_BYTES = 64 * 1024;
const HEALTH_MS = 2000;
/** Each holds the tail of a log and an answer in memory; dsmilctl waits 2.5 s. */
const LOGS_AT_ONCE = { atOnce: 2, waitMs: 2000 };
const SOURCE_AWAY = { 502: "What is asked for the answer does not give one" };

/** Adds every route; each is a GET, and says what it takes and answers. */
export function addRoutes(app: FastifyInstance, sources: Sources): void {
  addStatus(app, sources);
  addHealth(app, sources);
  addDevice(app, sources);
  addTenants(app, sources);
  addLogs(app, sources);
  addSlo(app, sources);
  addSoc(app, sources);
  addAudit(app, sources);
}

function addStatus(app: FastifyInstance, { view, node, engineDir }: Sources): void {
  const description =
    "The machine and its containers: those of the operator's tenants, and of what serves all only whether it is well.";
  const schema = routeSchema({ summary: "Status of this node", description, answer: STATUS });
  app.get("/v1/status", { schema }, async (request) => {
    const [figures, containers] = await Promise.all([nodeFigures(node, engineDir), view.told(operatorOf(request))]);
    return { node: figures, containers };
  });
}

function addHealth(app: FastifyInstance, { view }: Sources): void {
  const schema = routeSchema({
    summary: "Health of a container",
    description: "What the container's own /health says. What serves all is told to operators of all tenants.",
    params: objectOf<{ name: string }>({ name: NAME }),
    answer: HEALTH,
    more: { 404: "There is no such container here, or it has no /health", ...SOURCE_AWAY },
  });
  app.get<{ Params: { name: string } }>("/v1/services/:name/health", { schema }, async (request) => {
    const operator = operatorOf(request);
    const { name } = request.params;
    const one = (await view.known(operator)).find((known) => known.name === name);
    // To who sees some tenants only, another's container and none are the same.
    if (operator.tenants !== "all" && !(one && sees(operator, one.tenant))) throw wrongTenant();
    if (one?.planned?.healthPort === undefined) throw new Problem(404, "not_found", `${name} has no health here.`);
    const { found, planned } = one;
    if (!found?.running || found.address === undefined) throw new Problem(502, "not_running", `${name} does not run.`);
    const question = { host: found.address, port: Number(planned.healthPort), path: "/health" };
    const { status, body } = await asked({ ...question, timeoutMs: HEALTH_MS, limit: HEALTH_BYTES }, name);
    const report = jsonObject(body);
    if (report === undefined || (status !== 200 && status !== 503))
      throw new Problem(502, "no_report", `${name} gives no report.`);
    return { container: name, status, report };
  });
}

function addDevice(app: FastifyInstance, { view, summaries }: Sources): void {
  const schema = routeSchema({
    summary: "A device",
    description: "A device of the manifest, and the containers on this node that speak for it.",
    params: objectOf<{ id: number }>({ id: whole("Device", { maximum: 103 }) }),
    answer: DEVICE,
    more: { 404: "The manifest has no such device" },
  });
  app.get<{ Params: { id: number } }>("/v1/devices/:id", { schema }, async (request) => {
    const { id } = request.params;
    const device = summaries()
      .get("SHARED")
      ?.devices.find((one) => one.id === id);
    if (device === undefined) throw new Problem(404, "not_found", `The manifest has no device ${id}.`);
    const speaks = ({ planned, found }: { planned?: { device?: number }; found?: { device?: number } }) =>
      (planned ?? found)?.device === id;
    return { ...device, containers: await view.told(operatorOf(request), speaks) };
  });
}

function addTenants(app: FastifyInstance, { view, summaries }: Sources): void {
  const seen = (operator: Operator) =>
    [...summaries().values()].flatMap(({ tenant, containers }) =>
      tenant && sees(operator, tenant.id) ? [{ tenant, containers }] : [],
    );
  const list = routeSchema({ summary: "Tenants", description: "Tenants that the operator sees.", answer: TENANTS });
  app.get("/v1/tenants", { schema: list }, async (request) => ({
    tenants: seen(operatorOf(request)).map(({ tenant: { id, roeLevel }, containers }) => ({
      ...{ id, roeLevel, containers: containers.length },
    })),
  }));
  const schema = routeSchema({
    summary: "A tenant",
    description: "What the tenant's block in the manifest allows, and its containers on this node.",
    params: objectOf<{ id: string }>({ id: TENANT_ID }),
    answer: TENANT,
    more: { 404: "The manifest has no such tenant" },
  });
  app.get<{ Params: { id: string } }>("/v1/tenants/:id", { schema }, async (request) => {
    const operator = operatorOf(request);
    const { id } = request.params;
    if (!sees(operator, id)) throw wrongTenant();
    const found = seen(operator).find(({ tenant }) => tenant.id === id);
    if (found === undefined) throw new Problem(404, "not_found", `The manifest has no tenant ${id}.`);
    return { ...found.tenant, containers: await view.told(operator, ({ tenant }) => tenant === id) };
  });
}

interface LogsQuery {
  readonly container?: string;
  readonly tenant?: string;
  readonly since?: string;
  readonly limit: number;
  readonly level?: Level;
  readonly grep?: string;
}

function addLogs(app: FastifyInstance, { view, engineDir }: Sources): void {
  const querystring = objectOf<LogsQuery>(
    {
      container: NAME,
      tenant: TENANT_ID,
      since: time("Lines from then on"),
      limit: whole("Most lines", { minimum: 1, maximum: 1000, default: 100 }),
      level: oneOf(LEVELS, "The least urgent level"),
      grep: text("A text that lines hold, whatever its case", { minLength: 1, maxLength: 128 }),
    },
    ...(["container", "tenant", "since", "level", "grep"] as const),
  );
  const schema = routeSchema({
    summary: "Lines of logs",
    description:
      "The newest lines of containers on this node, from the engine's files. For analysts; what serves all is told to those of all tenants.",
    querystring: { ...querystring, required: [] },
    answer: LOGS,
  });
  const turns = new Turns(LOGS_AT_ONCE);
  app.get<{ Querystring: LogsQuery }>("/v1/logs", { schema, config: { role: "analyst" } }, async (request) => {
    const operator = operatorOf(request);
    const { container, tenant, since, limit, level, grep } = request.query;
    if (tenant !== undefined && !sees(operator, tenant)) throw wrongTenant();
    const from = (await view.known(operator)).filter(
      (one) =>
        sees(operator, one.tenant) &&
        (container === undefined || one.name === container) &&
        (tenant === undefined || one.tenant === tenant),
    );
    if (container !== undefined && from.length === 0 && operator.tenants !== "all") throw wrongTenant();
    const filter = {
      limit,
      ...(since !== undefined && { since: Date.parse(since) }),
      ...(level !== undefined && { level }),
      ...(grep !== undefined && { grep }),
    };
    return turns.run(operator.name, () => readLogs(engineDir, from, filter));
  });
}

function addSlo(app: FastifyInstance, { prometheus }: Sources): void {
  const schema = routeSchema({
    summary: "Service levels",
    description:
      "How each layer keeps its promises, from Prometheus' recorded rules; for who sees some tenants only, these tenants in each layer.",
    answer: SLO,
    more: { 404: "Prometheus does not run on this node", ...SOURCE_AWAY },
  });
  app.get("/v1/slo", { schema }, async (request: FastifyRequest) => {
    const samples = await askPrometheus(prometheus, SLO_QUERY);
    return serviceLevels(samples, operatorOf(request).tenants);
  });
}

interface AuditQuery {
  readonly limit: number;
  readonly of: (typeof TRAILS)[number];
}

function addAudit(app: FastifyInstance, { trails, node }: Sources): void {
  const schema = routeSchema({
    summary: "Calls that were written down",
    description:
      "The newest entries of this API's trail, and whether its chain of hashes holds. For admins of all tenants.",
    querystring: {
      ...objectOf<AuditQuery>({
        limit: whole("Most entries", { minimum: 1, maximum: 500, default: 100 }),
        of: { ...oneOf(TRAILS, "Whose calls: of operators, or of nobody who is known"), default: "operators" },
      }),
      required: [],
    },
    answer: AUDIT,
  });
  app.get<{ Querystring: AuditQuery }>("/v1/audit", { schema, config: { role: "admin" } }, async (request) => {
    if (operatorOf(request).tenants !== "all") throw wrongTenant();
    const { entries, last, whole: sound } = await trails[request.query.of].read(request.query.limit);
    return { node, last, whole: sound, entries } satisfies AuditAnswer;
  });
}
