import { describe, expect, it } from "vitest";
import { judge } from "../../../infra/isolation/judge.ts";
import { makeReport, summarize } from "../../../infra/isolation/report.ts";
import { runPlan, SetupFailed } from "../../../infra/isolation/run.ts";
import type { Answer, Attempt, Plan, Probe, Verdict } from "../../../infra/isolation/types.ts";

const probe = (name: string): Probe => ({ kind: "redis", as: "admin", command: [name] });
const attempt: Attempt = {
  id: "t",
  layer: "redis",
  victim: "alpha",
  attacker: "bravo",
  credential: "c",
  what: "w",
  attack: probe("attack"),
  refusals: ["NOPERM", "no_rows"],
  leaks: ["rows", "THROUGH"],
  control: probe("control"),
  works: ["OK"],
  remedy: "r",
};
const answer = (name: string): Answer => ({ class: name, detail: "" });

describe("what an attempt proves", () => {
  it.each<[string, string, Verdict]>([
    ["NOPERM", "OK", "refused"],
    ["no_rows", "OK", "refused"],
    ["NOPERM", "NOPERM", "inconclusive"],
    ["NOPERM", "!", "inconclusive"],
    ["OK", "OK", "leak"],
    ["OK", "!", "leak"],
    ["200", "OK", "leak"],
    ["204", "OK", "leak"],
    ["rows", "OK", "leak"],
    ["THROUGH", "!", "leak"],
    ["WRONGTYPE", "OK", "wrong_refusal"],
    ["500", "OK", "wrong_refusal"],
    ["!", "OK", "error"],
    ["!", "!", "error"],
  ])("attack %s, control %s: %s", (attack, control, verdict) => {
    expect(judge(attempt, answer(attack), answer(control))).toBe(verdict);
  });
});

describe("running a plan", () => {
  const plan: Plan = {
    attempts: [attempt, { ...attempt, id: "u" }],
    setup: [probe("make")],
    teardown: [probe("remove")],
  };
  const prober = (answers: Record<string, string>, seen: string[]) => ({
    probe: async (p: Probe): Promise<Answer> => {
      const name = p.kind === "redis" ? (p.command[0] ?? "") : "";
      seen.push(name);
      return answer(answers[name] ?? "OK");
    },
  });

  it("runs each control right after its attack, and removes its fixtures at the end", async () => {
    const seen: string[] = [];
    const results = await runPlan(plan, prober({ attack: "NOPERM" }, seen), { parallel: 1 });
    expect(seen).toEqual(["make", "attack", "control", "attack", "control", "remove"]);
    expect(results.map((r) => [r.id, r.verdict])).toEqual([
      ["t", "refused"],
      ["u", "refused"],
    ]);
  });

  it("removes them also when one could not be made", async () => {
    const seen: string[] = [];
    await expect(runPlan(plan, prober({ make: "NOPERM" }, seen))).rejects.toThrow(SetupFailed);
    expect(seen).toEqual(["make", "remove"]);
  });
});

describe("the summary", () => {
  const facts = { fleet: "dsmil", manifest: "x", tenants: ["alpha"], startedAt: new Date(0), seconds: 1 };
  const result = (verdict: Verdict) => ({
    ...attempt,
    expected: [],
    actual: answer(""),
    control: answer(""),
    milliseconds: 1,
    verdict,
  });

  it("passes only when every attempt was refused, and there were some", () => {
    expect(summarize([result("refused"), result("refused")]).passed).toBe(true);
    expect(summarize([result("refused"), result("inconclusive")]).passed).toBe(false);
    expect(summarize([]).passed).toBe(false);
  });

  it("counts by layer, and carries the manifest's digest", () => {
    const report = makeReport(facts, [result("refused"), result("leak")]);
    expect(report.summary.layers.redis).toEqual({ refused: 1, leak: 1, wrong_refusal: 0, inconclusive: 0, error: 0 });
    expect(report.manifestSha256).toBe("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  });
});
