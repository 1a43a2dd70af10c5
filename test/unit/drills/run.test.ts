import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { DRILLS } from "../../../infra/drills/all.ts";
import { drillMarkdown } from "../../../infra/drills/report.ts";
import { runDrills } from "../../../infra/drills/run.ts";
import type { BusReply, Drill, DrillContext, Outcome } from "../../../infra/drills/types.ts";
import type { Credentials } from "../../../infra/isolation/drivers/credentials.ts";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { loadModel } from "../../../infra/model/load.ts";
import type { Tenant } from "../../../infra/model/types.ts";

const model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
const [alpha, bravo] = model.tenants as readonly [Tenant, Tenant];
const credentials = {
  redis: () => ({ user: "bravo_writer", password: "" }),
  qdrant: () => ({}),
  api: () => ({}),
} as unknown as Credentials;

interface World {
  /** What Redis says of an entry on a stream; an id where it takes it. */
  readonly redis?: (key: string, id: string) => string | Error;
  readonly https?: (path: string, body: unknown) => { status: number; body: string };
  readonly bus?: (probe: { omit?: readonly string[]; signature_b?: string }) => Partial<BusReply>;
}

function contextOf({ redis, https, bus }: World): DrillContext {
  const doors = {
    redis: async () => ({
      xadd: async (key: string, id: string) => {
        const said = redis?.(key, id) ?? "1-1";
        if (said instanceof Error) throw said;
        return said;
      },
      xdel: async () => 1,
      disconnect: () => undefined,
    }),
    https: async (_server: string, { path, body }: { path: string; body?: unknown }) =>
      https?.(path, body) ?? { status: 500, body: "" },
  } as unknown as Doors;
  const officers = [
    { person: "a", seed: "11".repeat(32) },
    { person: "b", seed: "22".repeat(32) },
  ] as const;
  const reply = { name: "L9_NC3_QUERY", payload: "" };
  return {
    ...{ model, attacker: bravo, victim: alpha, doors, credentials, officers },
    bus: async (probe) => ({ ...reply, ...bus?.(probe) }),
  };
}

/** The drill without what it needs of the manifest: what it finds is the point here. */
async function verdictOf(id: string, world: World) {
  const drill = DRILLS.find((one) => one.id === id) as Drill;
  const [result] = await runDrills([{ ...drill, needs: [] }], contextOf(world));
  return result;
}

const noperm = new Error("NOPERM this user has no permissions");
const below = new Error("ERR The ID specified in XADD must be greater than 0-0");
const guarded = (key: string, id: string): Error => (key.startsWith("BRAVO_") && id === "0-0" ? below : noperm);

describe("a drill", () => {
  it.each([
    ["the defence holds", { redis: guarded }, "pass"],
    ["it is gone", { redis: (_: string, id: string) => (id === "0-0" ? below : "1-1") }, "fail"],
    ["nobody gets in at all", { redis: () => noperm }, "unproven"],
    ["the server refuses for another reason", { redis: () => new Error("LOADING") }, "fail"],
  ])("of Redis: %s", async (_, world, verdict) => {
    expect(await verdictOf("redis-injection", world)).toMatchObject({ verdict });
  });

  const search = (alphaSays: number, bravoSays: number) => ({
    https: (path: string) => ({ status: path.includes("alpha_") ? alphaSays : bravoSays, body: "" }),
  });
  it.each([
    [403, 200, "pass"],
    [200, 200, "fail"],
    [403, 403, "unproven"],
    [503, 200, "fail"],
  ])("of Qdrant: %i for another's, %i for one's own", async (others, own, verdict) => {
    expect(await verdictOf("qdrant-leakage", search(others, own))).toMatchObject({ verdict });
  });

  const chat = (attacked: { status: number; body: string }, harmless: { status: number; body: string }) => ({
    https: (path: string, body: unknown) => {
      if (path === "/v1/models") return { status: 200, body: '{"data":[{"id":"tiny"}]}' };
      return JSON.stringify(body).includes("Ignore previous") ? attacked : harmless;
    },
  });
  const text = { status: 200, body: '{"choices":[{"message":{"content":"words"}}]}' };
  const injection = { status: 400, body: '{"error":{"code":"prompt_injection"}}' };
  const away = { status: 503, body: '{"error":{"code":"prompt_check_unavailable"}}' };
  it.each([
    ["caught", injection, text, "pass"],
    ["let through", text, text, "fail"],
    ["refused since nobody can check", away, away, "fail"],
    ["caught, as everything is", injection, injection, "unproven"],
  ])("of prompts: %s", async (_, attacked, harmless, verdict) => {
    expect(await verdictOf("prompt-injection", chat(attacked, harmless))).toMatchObject({ verdict });
  });

  it.each([
    [
      "nc3-without-token",
      ({ omit }: { omit?: readonly string[] }) => (omit ? { reason: "INVALID_ROE_TOKEN" } : {}),
      "pass",
    ],
    ["nc3-without-token", () => ({}), "fail"],
    ["nc3-without-token", () => ({ reason: "DESTINATION_UNAVAILABLE" }), "fail"],
    [
      "nc3-one-signature",
      ({ signature_b }: { signature_b?: string }) => (signature_b ? {} : { reason: "MISSING_TWO_PERSON_SIGNATURES" }),
      "pass",
    ],
    ["nc3-one-signature", () => ({}), "fail"],
    ["nc3-one-signature", () => ({ reason: "MISSING_TWO_PERSON_SIGNATURES" }), "unproven"],
  ])("of the gate: %s", async (id, bus, verdict) => {
    expect(await verdictOf(id, { bus })).toMatchObject({ verdict });
  });

  it("that cannot run is an error, and the next one follows", async () => {
    const held: Outcome["attack"] = { what: "an act", expected: "refused", actual: "refused", held: true };
    const common = { scenario: "s", defence: "d", needs: [] };
    const drills: readonly Drill[] = [
      { ...common, number: 1, id: "broken", run: () => Promise.reject(new Error("no way there")) },
      { ...common, number: 2, id: "absent", needs: ["l99"], run: async () => ({ attack: held, control: held }) },
      { ...common, number: 3, id: "fine", run: async () => ({ attack: held, control: held }) },
    ];
    const results = await runDrills(drills, contextOf({}));
    expect(results.map(({ verdict, note }) => [verdict, note])).toEqual([
      ["error", "no way there"],
      ["error", "the manifest has no l99"],
      ["pass", "refused"],
    ]);
    const facts = { fleet: "dsmil", nodes: ["node-a"], tenants: ["alpha", "bravo"], seconds: 1 };
    const startedAt = "2026-11-21T10:00:00.000Z";
    const markdown = drillMarkdown({ format: "dsmil drill report v1", ...facts, startedAt, passed: false, results });
    expect(markdown).toContain("# DSMIL Phase 5 Red-Team Report\n**Date:** 2026-11-21\n");
    expect(markdown).toContain("| 1 | s | ! ERROR | no way there |");
    expect(markdown).toContain("| 3 | s | ✓ PASS | refused |");
    expect(markdown).toContain("* Test 3: an act: refused.");
  });
});
