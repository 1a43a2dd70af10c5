import { from, holds, names } from "./finding.ts";
import type { Criterion, Facts, Kept } from "./types.ts";

/** What every role runs, by layer or service. */
const ROLES = {
  soc: ["L3", "L4", "L8", "L9", "shrink"],
  ai: ["L5", "L6", "L7"],
  data: ["redis", "postgres", "qdrant"],
} as const;

export const DEPLOYMENT: readonly Criterion[] = [
  {
    section: "Multi-node deployment",
    what: "services on at least three nodes",
    judge: ({ model, containers }) =>
      from(containers, (all) => {
        const used = model.nodes.filter(({ id }) => all.some(({ node, healthy }) => node === id && healthy));
        const told = used.map(({ id, role }) => `${id} (${role})`).join(", ");
        return holds(used.length >= 3, told || "none runs anything", "see docs/nodes.md; then `bin/dsmil up`");
      }),
  },
  ...(Object.keys(ROLES) as (keyof typeof ROLES)[]).map(roleRuns),
  {
    section: "Multi-node deployment",
    what: "every container healthy",
    judge: ({ containers }) =>
      from(containers, (all) => {
        const bad = all.filter(({ healthy }) => !healthy).map(({ name }) => name);
        const told = `${all.length - bad.length} of ${all.length}`;
        return holds(
          bad.length === 0 && all.length > 0,
          bad.length ? `${told}; not ${names(bad)}` : told,
          "`bin/dsmil status` says why",
        );
      }),
  },
];

function roleRuns(role: keyof typeof ROLES): Criterion {
  const expected = ROLES[role];
  return {
    section: "Multi-node deployment",
    what: `${role} node: ${expected.join(", ")}`,
    judge: (facts) =>
      from(facts.containers, (all) => {
        const missing = expected.filter((one) => !all.some((kept) => kept.healthy && runs(facts, kept, role, one)));
        return holds(
          missing.length === 0,
          missing.length ? `not well there: ${missing.join(", ")}` : "all of them healthy there",
          "place them in the manifest's devices and services; then `bin/dsmil up`",
        );
      }),
  };
}

function runs({ model }: Facts, { node, service }: Kept, role: string, wanted: string): boolean {
  const there = model.nodes.some(({ id, role: own }) => id === node && own === role);
  return there && (service === wanted || model.services.some(({ id, layer }) => id === service && layer === wanted));
}
