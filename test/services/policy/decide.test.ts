import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DECISIONS, type Decision, type PolicyRequest } from "../../../images/runtime/policy/decision.ts";
import type { Policy } from "../../../images/runtime/policy/policy.ts";
import { openPolicy, readPolicyFiles } from "../../../images/runtime/policy/policy-files.ts";
import { ensureOpa } from "../../../infra/toolchain/opa.ts";
import { randomFrom } from "../dbe-gateway/support/random.ts";
import { BUILD_MS, dataOf, PolicyRig, projectRoot, rules } from "./rig.ts";

let rig: PolicyRig;
let policy: Policy;

beforeAll(async () => {
  rig = new PolicyRig(await rules());
  const files = await readPolicyFiles(rig.lay("alpha", 7));
  policy = await openPolicy(files, { tenant: "alpha", root: rig.root.publicKey, rules: rig.cache() }, () => {});
}, BUILD_MS);
afterAll(() => rig?.remove());

const ask = (request: object): Decision => policy.decide(request as PolicyRequest);
const refused = (...reasons: string[]) => ({ allow: false, reasons, channels: [] });

describe("a tenant's policy", () => {
  it("allows what the tenant may", () => {
    const requests = [
      { decision: "allow_action", action: "ISOLATE_HOST" },
      { decision: "allow_tool", tool: "whois" },
      { decision: "allow_compartment", compartments: ["SOC", "SIGNALS"] },
      { decision: "allow_roe", roe_level: "SOC_ASSIST" },
      { decision: "notify" },
    ];
    const answers = requests.map((request) => ask({ tenant: "ALPHA", ...request }));
    expect(answers.map(({ allow }) => allow)).toEqual([true, true, true, true, true]);
    expect(answers.map(({ decision }) => decision)).toEqual([...DECISIONS]);
    expect(answers.map(({ reasons }) => reasons)).toEqual([
      ["action_listed"],
      ["tool_listed"],
      ["compartments_held"],
      ["roe_level_held"],
      ["channel_listed"],
    ]);
    expect(answers[4]?.channels).toEqual([{ channel: "email", target: "soc@example.org" }]);
    expect(answers[0]?.policy).toMatchObject({ version: 7, bundle: expect.stringMatching(/^[0-9a-f]{96}$/) });
  });

  it("refuses the rest, with why", () => {
    expect(ask({ tenant: "ALPHA", decision: "allow_action", action: "KILL_PROCESS" })).toMatchObject(
      refused("action_not_listed"),
    );
    expect(ask({ tenant: "ALPHA", decision: "allow_tool", tool: "shell" })).toMatchObject(refused("tool_not_listed"));
    expect(ask({ tenant: "ALPHA", decision: "allow_roe", roe_level: "TRAINING" })).toMatchObject(
      refused("roe_level_exceeded"),
    );
    expect(ask({ tenant: "ALPHA", decision: "notify", channel: "webhook" })).toMatchObject(
      refused("channel_not_listed"),
    );
    for (const decision of DECISIONS) {
      const all = { action: "ISOLATE_HOST", tool: "whois", compartments: ["SOC"], roe_level: "SOC_ASSIST" };
      expect(ask({ tenant: "BRAVO", decision, ...all })).toMatchObject(refused("other_tenant"));
    }
  });

  it.each([
    [{ tenant: "ALPHA", decision: "allow_action" }],
    [{ tenant: "ALPHA", decision: "allow_action", action: ["ISOLATE_HOST"] }],
    [{ tenant: "ALPHA", decision: "allow_action", action: "x".repeat(200) }],
    [{ tenant: "ALPHA", decision: "allow_action", action: "\ud800" }],
    [{ tenant: "ALPHA", decision: "allow_compartment", compartments: "SOC" }],
    [{ tenant: "ALPHA", decision: "allow_compartment", compartments: Array.from({ length: 33 }, () => "SOC") }],
    [{ tenant: "ALPHA", decision: "allow_compartment", compartments: [["SOC"]] }],
    [{ tenant: ["ALPHA"], decision: "allow_roe", roe_level: "SOC_ASSIST" }],
    [{ decision: "allow_roe", roe_level: "SOC_ASSIST" }],
    [{ tenant: "ALPHA", decision: "allow_everything" }],
    [{ tenant: "ALPHA", decision: "constructor" }],
    [{ tenant: "ALPHA", decision: "notify", channel: null }],
  ])("refuses what is not of its form: %j", (request) => {
    expect(ask(request)).toMatchObject(refused("input_malformed"));
  });

  it("refuses a request that is too large as a whole", () => {
    const compartments = Array.from({ length: 32 }, () => "\u{1f512}".repeat(64));
    expect(ask({ tenant: "ALPHA", decision: "allow_compartment", compartments })).toMatchObject(
      refused("input_too_large"),
    );
  });

  it("passes the rules nothing but what they are asked", () => {
    const request = { tenant: "ALPHA", decision: "allow_action", action: "ISOLATE_HOST", toJSON: () => ({}) };
    expect(ask({ ...request, extra: "x".repeat(100_000) }).allow).toBe(true);
  });

  it("decides as opa itself does", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
    console.log(`seed ${seed}`);
    const requests = Array.from({ length: 400 }, someRequest(randomFrom(seed)));
    const input = join(rig.folder, "requests.json");
    const data = join(rig.folder, "data.json");
    writeFileSync(input, JSON.stringify(requests.map(({ decision, ...request }) => ({ decision, request }))));
    writeFileSync(data, dataOf("ALPHA"));
    const query =
      "[answer | some asked in input; name := asked.decision; request := asked.request; answer := data.dsmil.tenant[name] with input as request]";
    const opa = await ensureOpa({ root: projectRoot });
    const args = ["eval", "--format=values", "-d", "policies/tenants", "-d", data, "-i", input, query];
    const [answers] = JSON.parse(execFileSync(opa, args, { cwd: projectRoot, encoding: "utf8" })) as [object[]];
    const own = requests.map((request) => {
      const { allow, reasons, channels, decision } = ask(request);
      return decision === "notify" ? { allow, reasons, channels } : { allow, reasons };
    });
    expect(own).toEqual(answers);
    const allowed = own.filter(({ allow }) => allow).length;
    expect(allowed).toBeGreaterThan(10);
    expect(allowed).toBeLessThan(390);
  });

  it("keeps its memory and its answers over many decisions", () => {
    const rate = (count: number, request: (i: number) => object): number => {
      const begun = performance.now();
      const wrong = Array.from({ length: count }, (_, i) => ask(request(i))).filter(({ allow }) => allow);
      expect(wrong).toEqual([]);
      return Math.round((count / (performance.now() - begun)) * 1000);
    };
    const action = (name: string) => ({ tenant: "ALPHA", decision: "allow_action", action: name });
    const fresh = rate(5_000, (i) => action(`A${i}`));
    const known = rate(20_000, (i) => action(`A${i % 100}`));
    console.log(
      `policy: ${fresh} new decisions a second, ${known} of those asked before; load ${loadavg()[0]?.toFixed(1)}`,
    );
    expect(ask(action("ISOLATE_HOST")).allow).toBe(true);
  });

  it("gives answers that no caller can change for the next one", () => {
    const answer = ask({ tenant: "ALPHA", decision: "notify" });
    expect(() => Object.assign(answer, { allow: false })).toThrow();
    expect(() => Object.assign(answer.channels[0] ?? {}, { target: "elsewhere" })).toThrow();
    expect(ask({ tenant: "ALPHA", decision: "notify" })).toBe(answer);
  });
});

function someRequest(random: () => number): () => { decision: string; tenant: string } {
  const pick = <T>(...values: T[]): T => values[Math.floor(random() * values.length)] as T;
  const field: Readonly<Record<string, () => object>> = {
    allow_action: () => ({ action: pick("ISOLATE_HOST", "BLOCK_DOMAIN", "BLOCK_IP", "ALERT_ONLY", "", "x") }),
    allow_tool: () => ({ tool: pick("whois", "WHOIS", "dns", "") }),
    allow_compartment: () => ({
      compartments: Array.from({ length: Math.floor(random() * 4) }, () => pick("SOC", "SIGNALS", "SOC", "CRYPTO")),
    }),
    allow_roe: () => ({ roe_level: pick("SOC_ASSIST", "TRAINING", "ANALYSIS_ONLY", "") }),
    notify: () => pick({}, { channel: "email" }, { channel: "webhook" }, { channel: "" }),
  };
  return () => {
    const decision = pick(...DECISIONS);
    return { decision, tenant: pick("ALPHA", "ALPHA", "ALPHA", "BRAVO", ""), ...field[decision]?.() };
  };
}
