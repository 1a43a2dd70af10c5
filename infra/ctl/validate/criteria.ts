import type { ContainerAnswer } from "../../../images/runtime/control/answers.ts";
import { holds, names } from "../../validate/finding.ts";
import type { Finding, Section } from "../../validate/types.ts";
import type { FleetStatus } from "../render-status.ts";

/** What an operator's certificate is told. */
export interface Told extends FleetStatus {
  /** Tenants that it may see, each once. */
  readonly tenants: readonly string[];
}

/** An exit criterion of Phase 5, as far as the control API can show it. */
interface Criterion {
  readonly section: Section;
  readonly what: string;
  judge(told: Told): Finding;
}

/** What every fleet runs: layers, and services of no layer. */
const PARTS = ["L3", "L4", "L5", "L6", "L7", "L8", "L9", "redis", "postgres", "qdrant"] as const;
const STATUS = "`dsmilctl status` says why";

/** What is asked of the stores, of reports and of engines: a certificate of an operator does not open those. */
const BY_DEPLOYER: readonly (readonly [Section, string])[] = [
  ["Tenant isolation", "every credential tried on every other tenant"],
  ["Tenant isolation", "row-level security on every tenant's table"],
  ["Tenant isolation", "each tenant's key opens the API"],
  ["SLOs and monitoring", "every target of Prometheus up, burn-rate alerts, an Alertmanager"],
  ["Fault tolerance", "restart policies, health checks, Redis' and PostgreSQL's own copies"],
  ["Fault tolerance", "a killed service, a killed node: nothing lost"],
  ["Security", "the six drills stopped, each beside its control"],
];

const containersOf = ({ nodes }: Told): ContainerAnswer[] =>
  nodes.flatMap((node) => ("answer" in node ? node.answer.containers : []));
const isWell = ({ state, health }: ContainerAnswer): boolean => state === "running" && health === "healthy";

/** The criteria in their order; those that only the deployer can judge are open, and say who can. */
export const CRITERIA: readonly Criterion[] = [
  {
    section: "Multi-node deployment",
    what: "services on at least three nodes",
    judge: ({ nodes }) => {
      const well = nodes.filter((node) => "answer" in node && node.answer.containers.some(isWell));
      const away = nodes.filter((node) => "failure" in node).map(({ node }) => node);
      const told = `${names(well.map(({ node }) => node))}${away.length > 0 ? `; away: ${names(away)}` : ""}`;
      return holds(well.length >= 3 && away.length === 0, told || "none runs anything", STATUS);
    },
  },
  {
    section: "Multi-node deployment",
    what: `${PARTS.slice(0, 7).join(", ")} and the stores`,
    judge: (told) => {
      const well = containersOf(told).filter(isWell);
      const missing = PARTS.filter((part) => !well.some(({ layer, service }) => layer === part || service === part));
      return holds(
        missing.length === 0,
        missing.length > 0 ? `not well: ${missing.join(", ")}` : "all healthy",
        STATUS,
      );
    },
  },
  {
    section: "Multi-node deployment",
    what: "every container healthy",
    judge: (told) => {
      const all = containersOf(told);
      const bad = all.filter((one) => !isWell(one)).map(({ name }) => name);
      const count = `${all.length - bad.length} of ${all.length}`;
      return holds(all.length > 0 && bad.length === 0, bad.length > 0 ? `${count}; not ${names(bad)}` : count, STATUS);
    },
  },
  {
    section: "Tenant isolation",
    what: "two tenants or more",
    judge: ({ tenants }) =>
      tenants.length >= 2
        ? { verdict: "pass", evidence: names(tenants) }
        : { verdict: "open", evidence: `${names(tenants) || "none"}: others are not shown to this certificate` },
  },
  { section: "SLOs and monitoring", what: "the promises of every layer", judge: ({ slo }) => promises(slo) },
  { section: "Horizontal scaling", what: "a service with replicas, all healthy", judge: replicas },
  ...BY_DEPLOYER.map(
    ([section, what]): Criterion => ({
      section,
      what,
      judge: () => ({
        verdict: "open",
        evidence: "an operator's certificate does not show it",
        remedy: "`bin/dsmil validate`, where the fleet is deployed from",
      }),
    }),
  ),
];

function promises(slo: Told["slo"]): Finding {
  const layers = slo.flatMap((one) => ("answer" in one ? one.answer.layers : []));
  if (layers.length === 0) {
    const [failed] = slo.flatMap((one) => ("failure" in one ? [`${one.node}: ${one.failure}`] : []));
    return { verdict: "open", evidence: failed ?? "no node has service levels" };
  }
  const known = layers.flatMap(({ layer, objectives }) =>
    objectives.filter(({ state }) => state !== "unknown").map(({ objective, state }) => ({ layer, objective, state })),
  );
  const broken = known.filter(({ state }) => state === "broken").map(({ layer, objective }) => `${layer} ${objective}`);
  const told = `${known.length - broken.length} of ${known.length} that have data are kept`;
  if (known.length === 0) return { verdict: "open", evidence: "nothing is recorded yet" };
  return holds(broken.length === 0, broken.length > 0 ? `${told}; broken: ${names(broken)}` : told, "`dsmilctl slo`");
}

/** Of shared services, as each tenant has its own containers of the others. */
function replicas(told: Told): Finding {
  const shared = containersOf(told).filter(({ tenant, layer }) => tenant === undefined && layer !== undefined);
  const services = [...new Set(shared.map(({ service }) => service))].map((service) => {
    const own = shared.filter((one) => one.service === service);
    return { service, of: own.length, well: own.filter(isWell).length };
  });
  const scaled = services.filter(({ of }) => of > 1);
  const evidence = scaled.map(({ service, well, of }) => `${service} ${well} of ${of}`).join(", ");
  const holding = scaled.length > 0 && scaled.every(({ well, of }) => well === of);
  return holds(holding, evidence || "none has replicas", STATUS);
}
