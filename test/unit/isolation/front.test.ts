import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Pair } from "../../../infra/isolation/plan/pair.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { runPlan } from "../../../infra/isolation/run.ts";
import type { Answer, Attempt, Layer, Probe, Verdict } from "../../../infra/isolation/types.ts";
import type { Model } from "../../../infra/model/types.ts";
import { loadManifestText } from "../../component/manifest.ts";

const MANIFEST = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
const SOURCES: Pair["sources"] = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] };
const FRONT: readonly Layer[] = ["jwt", "chat", "ingest", "shrink"];
const attemptsOf = (model: Model): readonly Attempt[] =>
  planIsolation(model, { nonce: "0badcafe", sourcesOf: () => SOURCES }).attempts;
const attempts = attemptsOf(loadManifestText(MANIFEST)).filter((a) => FRONT.includes(a.layer));
const probes = attempts.flatMap((a) => [a.attack, a.control]);

/** Answers of a fleet that is as it should be, but for what `changed` says of one attempt. */
function fleet(one: Attempt, changed: { attack?: string; control?: string }) {
  const known = new Map<Probe, string>();
  for (const { attack, control, refusals, works } of attempts) {
    known.set(attack, refusals[0] ?? "").set(control, works[0] ?? "");
  }
  if (changed.attack !== undefined) known.set(one.attack, changed.attack);
  if (changed.control !== undefined) known.set(one.control, changed.control);
  return { probe: async (probe: Probe): Promise<Answer> => ({ class: known.get(probe) ?? "!", detail: "" }) };
}

async function verdicts(one: Attempt, changed: Parameters<typeof fleet>[1]): Promise<readonly [string, Verdict][]> {
  const results = await runPlan({ attempts, setup: [], teardown: [] }, fleet(one, changed));
  return results.filter((r) => r.verdict !== "refused").map((r) => [r.id, r.verdict] as [string, Verdict]);
}

describe("attempts at the doors that are open to outsiders", () => {
  it("are many in each layer, both ways, each with a remedy", () => {
    for (const layer of FRONT) {
      const of = attempts.filter((a) => a.layer === layer);
      expect(of.length, layer).toBeGreaterThanOrEqual(10);
      const ways = of.map((a) => `${a.attacker}→${a.victim}`).sort();
      expect([...new Set(ways)], layer).toEqual(["alpha→bravo", "bravo→alpha"]);
    }
    for (const { id, remedy } of attempts) expect(remedy.length, id).toBeGreaterThan(40);
  });

  it("pass against a fleet that refuses as it should", async () => {
    expect(await verdicts(attempts[0] as Attempt, {})).toEqual([]);
  });

  it.each(attempts.map((a) => [a.id, a] as const))("is named when the fleet lets it through: %s", async (id, one) => {
    for (const passed of one.works.map((w) => (w === "listed" || w === "seen" ? one.leaks?.[0] : w))) {
      expect(await verdicts(one, { attack: passed ?? "200" })).toEqual([[id, "leak"]]);
    }
  });

  it.each(FRONT)("in %s prove nothing by another refusal, or beside a control that fails", async (layer) => {
    const one = attempts.find((a) => a.layer === layer) as Attempt;
    for (const other of ["500 internal_error", "503", "404 unknown_url", "401"]) {
      expect(await verdicts(one, { attack: other })).toEqual([[one.id, "wrong_refusal"]]);
    }
    expect(await verdicts(one, { attack: "!" })).toEqual([[one.id, "error"]]);
    // Others may share its control.
    const beside = await verdicts(one, { control: "401 unauthorized" });
    expect(beside).toContainEqual([one.id, "inconclusive"]);
  });

  it("send nothing that could be stored, answered by a model, or asked of a device", () => {
    const bodies = probes.flatMap((p) => (p.kind === "api" && p.body !== undefined ? [p.body] : []));
    expect(bodies.length).toBeGreaterThan(20);
    expect(bodies.filter((body) => JSON.stringify(body) !== "{}")).toEqual([]);
    const posts = probes.flatMap((p) => (p.kind === "service" && p.method === "POST" ? [p] : []));
    expect(posts.length).toBeGreaterThan(20);
    expect(posts.filter((p) => "body" in p)).toEqual([]);
  });

  it("try each wrong token where the models are and where the SOC is", () => {
    const seen = attempts.flatMap(({ attack: a }) =>
      a.kind === "api" && typeof a.as === "object" && "signer" in a.as ? [`${a.as.fault ?? "none"} ${a.path}`] : [],
    );
    const faults =
      "none borrowed_kid rewritten expired endless too_long other_audience other_issuer unsigned hmac_bytes hmac_hex";
    const places = ["/v1/models", "/v1/soc/coa"];
    expect(new Set(seen)).toEqual(new Set(faults.split(" ").flatMap((f) => places.map((place) => `${f} ${place}`))));
  });
});

describe("attempts on SHRINK", () => {
  const mode = (to: string) => MANIFEST.replace("mode: tagged", `mode: ${to}`);
  const of = (text: string) => attemptsOf(loadManifestText(text)).filter((a) => a.layer === "shrink");

  it("go to the victim's own server where each tenant has one, and none of the attacker's tokens is good there", () => {
    const text = mode("per_tenant")
      .replace("    ingest_port: 8601\n", "    ingest_port: 8601\n    shrink_port: 8511\n")
      .replace("    ingest_port: 8602\n", "    ingest_port: 8602\n    shrink_port: 8512\n");
    const found = of(text).filter((a) => a.attack.kind === "service");
    expect(found.length).toBeGreaterThan(20);
    for (const { attack, victim, refusals } of found) {
      expect(attack).toMatchObject({ server: `shrink:${victim}` });
      expect(refusals).toEqual(["401 unauthorized"]);
    }
  });

  it("are none where there is no SHRINK", () => {
    expect(of(mode("off"))).toEqual([]);
  });
});

it("no ingest, no attempts on it", () => {
  const without = loadManifestText(MANIFEST.replace("    ingest_port: 8602\n", ""));
  const victims = attemptsOf(without).flatMap((a) => (a.layer === "ingest" ? [a.victim] : []));
  expect(new Set(victims)).toEqual(new Set(["alpha"]));
});
