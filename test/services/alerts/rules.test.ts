import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { loadModel } from "../../../infra/model/load.ts";
import { SLO_INTERVAL_SECONDS } from "../../../infra/render/prometheus-rules/slo-parts.ts";
import type { RuleGroup } from "../../../infra/render/prometheus-rules/types.ts";
import { renderPrometheusRules, ruleGroups } from "../../../infra/render/prometheus-rules.ts";
import { burnCases } from "./burn-cases.ts";
import type { AlertCase } from "./case.ts";
import { flowCases } from "./flow-cases.ts";
import { promtool, testRules } from "./promtool.ts";
import { proofCases } from "./proof-cases.ts";
import { storeCases } from "./store-cases.ts";
import { targetCases } from "./target-cases.ts";

const folder = mkdtempSync(join(tmpdir(), "t-alerts-"));
const model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
const groups = ruleGroups(model);
const cases: readonly AlertCase[] = [...targetCases, ...storeCases, ...flowCases, ...proofCases, ...burnCases];
const named = new Map(cases.map((one) => [one.alert, one]));

beforeAll(async () => {
  await ensurePackages(["prometheus"]);
  writeFileSync(join(folder, "all.yml"), renderPrometheusRules(groups));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the fleet's rules", () => {
  it("are rules to Prometheus", async () => {
    const rules = groups.reduce((sum, { records, alerts }) => sum + records.length + alerts.length, 0);
    expect(await promtool("check", "rules", join(folder, "all.yml"))).toContain(`SUCCESS: ${rules} rules found`);
  });

  it("have a case for each alert, which fires and has something next to it", () => {
    const alerts = groups.flatMap((group) => group.alerts.map(({ name }) => name));
    expect(new Set(alerts).size).toBe(alerts.length);
    expect([...named.keys()].sort()).toEqual([...alerts].sort());
    expect(cases.length).toBe(named.size);
    for (const { alert, fires, quiet } of cases) {
      if (alert !== "Watchdog") expect(fires.length * quiet.length, alert).toBeGreaterThan(0);
    }
  });

  const play = async (name: string, shown: readonly RuleGroup[], watched: readonly RuleGroup[], every?: string) => {
    writeFileSync(join(folder, `${name}.yml`), renderPrometheusRules(shown));
    const own = watched.flatMap(({ alerts }) => alerts.flatMap((alert) => named.get(alert.name) ?? []));
    expect(own.length).toBeGreaterThan(0);
    await testRules(folder, name, own, every);
  };

  const burns = (group: RuleGroup): boolean => group.name.startsWith("dsmil-burn-");
  const recorded = groups.filter((group) => group.records.length > 0);
  for (const group of groups.filter((one) => one.alerts.length > 0 && !burns(one))) {
    it(`${group.name}: each fires, and does not next to its threshold`, { timeout: 300_000 }, async () => {
      const seen = recorded.filter(({ records }) =>
        group.alerts.some(({ expr }) => records.some(({ record }) => expr.includes(record))),
      );
      await play(group.name, [...seen, group], [group]);
    });
  }

  // Of three days nobody needs each half minute; of an hour one does.
  for (const [paces, seconds] of [
    [["Hour", "SixHours"], SLO_INTERVAL_SECONDS],
    [["Day", "ThreeDays"], 300],
  ] as const) {
    it(`error budgets: ${paces.join(", ")} fire a little above the pace, and not a little below`, {
      timeout: 300_000,
    }, async () => {
      // One layer: the others' are computed alike.
      const small = ruleGroups({ ...model, layers: model.layers.filter(({ id }) => id === "L3") }, seconds);
      const shown = small.filter((group) => burns(group) || group.records.length > 0);
      const watched = small.filter(burns).map((group) => ({
        ...group,
        alerts: group.alerts.filter(({ name }) => paces.some((pace) => name.endsWith(`Burn${pace}`))),
      }));
      await play(`burn-${seconds}`, shown, watched, `${seconds}s`);
    });
  }
});
