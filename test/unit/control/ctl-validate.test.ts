import pc from "picocolors";
import { describe, expect, it } from "vitest";
import type { ContainerAnswer } from "../../../images/runtime/control/answers.ts";
import { CRITERIA, type Told } from "../../../infra/ctl/validate/criteria.ts";
import { formatJudged } from "../../../infra/validate/format.ts";

const machine = { id: "x", time: "2026-01-01T00:00:00Z", uptimeSeconds: 1, cpus: 2, load: [0, 0, 0] };
const figures = { ...machine, memoryBytes: 2, memoryAvailableBytes: 1 };
const well = (service: string, more: Partial<ContainerAnswer> = {}): ContainerAnswer => ({
  ...{ name: `dsmil-${service}`, service, state: "running", health: "healthy" },
  ...more,
});
const layers = ["L3", "L4", "L5", "L6", "L8", "L9"].map((layer) =>
  well(layer.toLowerCase(), { layer, tenant: "alpha" }),
);
const routers = [1, 2].map((one) => well("l7-router", { name: `dsmil-l7-router-${one}`, layer: "L7" }));
const onNode = (node: string, containers: readonly ContainerAnswer[]) => ({
  node,
  answer: { node: { ...figures, id: node }, containers },
});
const met = { objective: "availability", state: "met" } as const;

const GOOD: Told = {
  nodes: [
    onNode("node-a", layers),
    onNode("node-b", routers),
    onNode(
      "node-c",
      ["redis", "postgres", "qdrant"].map((store) => well(store)),
    ),
  ],
  slo: [{ node: "node-a", answer: { layers: [{ layer: "L3", objectives: [met] }] } }],
  tenants: ["alpha", "bravo"],
};

const judge = (told: Told) => CRITERIA.map(({ section, what, judge }) => ({ section, what, ...judge(told) }));
const failing = (told: Told): string[] =>
  judge(told).flatMap(({ verdict, what, evidence }) => (verdict === "fail" ? [`${what}: ${evidence}`] : []));

describe("dsmilctl validate", () => {
  it("fails nothing of a fleet that is well, and leaves to the deployer what it cannot see", () => {
    expect(failing(GOOD)).toEqual([]);
    const open = judge(GOOD).filter(({ verdict }) => verdict === "open");
    expect(open).toHaveLength(7);
    for (const { remedy } of open) expect(remedy).toContain("bin/dsmil validate");
    expect(formatJudged(judge(GOOD), pc.createColors(false))).toMatch(/✓ every container healthy\n {6}11 of 11\n/);
  });

  it("names a node that is away", () => {
    const [a, b] = GOOD.nodes;
    const away = { node: "node-c", failure: "no answer within 2.5 s" };
    const said = failing({ ...GOOD, nodes: [a, b, away].filter((one) => one !== undefined) });
    expect(said).toContain("services on at least three nodes: node-a, node-b; away: node-c");
    expect(said).toContain("L3, L4, L5, L6, L7, L8, L9 and the stores: not well: redis, postgres, qdrant");
  });

  it("names what is not well", () => {
    const [, ...others] = routers;
    const ill = well("l7-router", { name: "dsmil-l7-router-1", layer: "L7", health: "unhealthy" });
    const [a, , c] = GOOD.nodes;
    const nodes = [a, onNode("node-b", [ill, ...others]), c].filter((one) => one !== undefined);
    expect(failing({ ...GOOD, nodes })).toEqual([
      "every container healthy: 10 of 11; not dsmil-l7-router-1",
      "a service with replicas, all healthy: l7-router 1 of 2",
    ]);
  });

  it("names a promise that is broken, and takes none for kept where nobody knows", () => {
    const of = (state: "broken" | "unknown") => [
      { node: "node-a", answer: { layers: [{ layer: "L6", objectives: [{ ...met, state }] }] } },
    ];
    expect(failing({ ...GOOD, slo: of("broken") })).toEqual([
      "the promises of every layer: 0 of 1 that have data are kept; broken: L6 availability",
    ]);
    const verdicts = (slo: Told["slo"]) => judge({ ...GOOD, slo }).find(({ what }) => /promises/.test(what))?.verdict;
    expect([verdicts(of("unknown")), verdicts([]), verdicts([{ node: "a", failure: "502" }])]).toEqual(
      Array(3).fill("open"),
    );
  });
});
