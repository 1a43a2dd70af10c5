import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CRITERIA, judgeAll } from "../../../infra/validate/criteria.ts";
import { type Facts, SECTIONS } from "../../../infra/validate/types.ts";
import { loadManifestText } from "../../component/manifest.ts";

const MANIFEST = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
const model = loadManifestText(MANIFEST);
const kept = model.containers.map(({ name, service, node }) => ({
  ...{ name, service, node, healthy: true, restart: "unless-stopped", healthCheck: true },
}));
const proof = { file: "a.json", at: "2026-11-30T10:00:00Z", passed: true, current: true, tenants: ["alpha", "bravo"] };

/** A fleet of which everything holds, as far as a command that kills nothing can know. */
const WELL: Facts = {
  model: {
    ...model,
    tenants: model.tenants.map((t) => ({ ...t, notify: [{ channel: "webhook", target: "https://x.example" }] })),
  },
  now: new Date("2026-11-30T12:00:00Z"),
  containers: { value: kept },
  targets: { value: [{ job: "services", up: true, name: "dsmil-redis" }] },
  alerts: { value: ["LayerAvailabilityBurnHour", "LayerErrorsBurnHour", "LayerLatencyBurnHour", "NodeAway"] },
  alertmanagers: { value: 1 },
  latency: { value: { L3: 0.01, L7: 0.2 } },
  redis: { value: { save: "900 1", appendonly: "yes" } },
  postgres: { value: { archiveMode: "on", tables: 12, unprotected: [] } },
  front: { value: { alpha: 200, bravo: 200 } },
  isolation: { value: { ...proof, current: true, count: 500 } },
  drill: { value: { ...proof, count: 6 } },
};

const without = (service: string) => ({ value: kept.map((k) => ({ ...k, healthy: k.service !== service })) });
const failing = (change: Partial<Facts>) =>
  judgeAll({ ...WELL, ...change })
    .filter(({ verdict }) => verdict === "fail")
    .map(({ what }) => what);
const open = (change: Partial<Facts>) =>
  judgeAll({ ...WELL, ...change })
    .filter(({ verdict, what }) => verdict === "open" && !what.startsWith("a killed service"))
    .map(({ what }) => what);

describe("exit criteria", () => {
  it("hold where everything is well; only what kills stays open", () => {
    expect([failing({}), open({})]).toEqual([[], []]);
    expect(new Set(CRITERIA.map(({ section }) => section))).toEqual(new Set(SECTIONS));
  });

  it.each<[Partial<Facts>, string[]]>([
    [{ containers: without("redis") }, ["data node: redis, postgres, qdrant", "every container healthy"]],
    [{ containers: without("l8-soar") }, ["every container healthy"]],
    [
      { containers: { value: kept.filter(({ node }) => node !== "node-b") } },
      ["services on at least three nodes", "ai node: L5, L6, L7", "a service with replicas, all healthy"],
    ],
    [{ targets: { value: [{ job: "redis", up: false, name: "r" }] } }, ["every target of Prometheus up"]],
    [{ targets: { value: [] } }, ["every target of Prometheus up"]],
    [{ alerts: { value: ["LayerErrorsBurnHour"] } }, ["burn-rate alerts on availability, errors, latency"]],
    [{ alertmanagers: { value: 0 } }, ["Prometheus tells an Alertmanager"]],
    [{ latency: { value: { L3: 0.051 } } }, ["p99 of each layer within its objective"]],
    [{ redis: { value: { save: "", appendonly: "yes" } } }, ["Redis keeps its data (RDB and AOF)"]],
    [{ postgres: { value: { archiveMode: "off", tables: 12, unprotected: [] } } }, ["PostgreSQL archives its WAL"]],
    [
      { postgres: { value: { archiveMode: "on", tables: 12, unprotected: ["dsmil_alpha.events"] } } },
      ["row-level security on every tenant's table"],
    ],
    [
      { postgres: { value: { archiveMode: "on", tables: 0, unprotected: [] } } },
      ["row-level security on every tenant's table"],
    ],
    [{ front: { value: { alpha: 200, bravo: 401 } } }, ["each tenant's key opens the API"]],
    [
      { isolation: { value: { ...proof, passed: false, current: true, count: 500 } } },
      ["every credential tried on every other tenant"],
    ],
    [{ drill: { value: { ...proof, passed: false, count: 6 } } }, ["the six drills stopped, each beside its control"]],
    [
      { containers: { value: kept.map((k, i) => ({ ...k, ...(i === 0 && { restart: "no" }) })) } },
      ["every container comes back by itself"],
    ],
    [
      { containers: { value: kept.map((k, i) => ({ ...k, healthCheck: i !== 3 })) } },
      ["every container has a health check"],
    ],
  ])("case %#: fail by what breaks them, and no other", (change, what) => {
    expect(failing(change)).toEqual(what);
  });

  it.each<[Partial<Facts>, string]>([
    [
      { isolation: { value: { ...proof, current: false, count: 500 } } },
      "every credential tried on every other tenant",
    ],
    [
      { isolation: { value: { ...proof, current: true, count: 500, tenants: ["alpha"] } } },
      "every credential tried on every other tenant",
    ],
    [
      { isolation: { value: { ...proof, current: true, count: 500, at: "2026-11-01T00:00:00Z" } } },
      "every credential tried on every other tenant",
    ],
    [{ drill: { value: { ...proof, count: 5 } } }, "the six drills stopped, each beside its control"],
    [{ drill: { value: { ...proof, current: false, count: 6 } } }, "the six drills stopped, each beside its control"],
    [{ latency: { value: {} } }, "p99 of each layer within its objective"],
    [{ model }, "Prometheus tells an Alertmanager"],
    [{ redis: { problem: "redis does not answer" } }, "Redis keeps its data (RDB and AOF)"],
  ])("case %#: are open where nothing at hand says so", (change, what) => {
    expect([failing(change), open(change)]).toEqual([[], [what]]);
  });

  it("are open for what a node's engine did not say, and fail still by what another's says", () => {
    const silent = kept.map(({ restart, healthCheck, ...rest }) =>
      rest.node === "node-b" ? rest : { ...rest, restart, healthCheck },
    );
    const each = ["every container comes back by itself", "every container has a health check"];
    expect([failing({ containers: { value: silent } }), open({ containers: { value: silent } })]).toEqual([[], each]);
    const bad = silent.map((one) => (one.node === "node-a" ? { ...one, restart: "no", healthCheck: false } : one));
    expect([failing({ containers: { value: bad } }), open({ containers: { value: bad } })]).toEqual([each, []]);
  });

  it("are all open where nothing answers, but for what the manifest says", () => {
    const problem = { problem: "no answer" };
    const { model: _, now: __, ...asked } = WELL;
    const nothing = { ...WELL, ...Object.fromEntries(Object.keys(asked).map((key) => [key, problem])) } as Facts;
    expect(
      judgeAll(nothing)
        .filter(({ verdict }) => verdict !== "open")
        .map(({ what }) => what),
    ).toEqual(["two tenants or more"]);
  });
});
