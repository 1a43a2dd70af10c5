import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AttemptResult } from "../../../infra/isolation/types.ts";
import { FrontRig, LAYERS } from "./rig.ts";

let rig: FrontRig;
beforeAll(async () => {
  rig = await FrontRig.start();
});
afterAll(() => rig.close());

const failed = (results: readonly AttemptResult[]): string[] =>
  results
    .filter((r) => r.verdict !== "refused")
    .map((r) => `${r.verdict} ${r.id}: ${r.actual.class} / control ${r.control.class} ${r.control.detail}`);

describe("isolation at the doors of real services", () => {
  afterEach(async () => {
    for (const tenant of ["alpha", "bravo"] as const) rig.lay(tenant);
    await expect.poll(async () => failed(await rig.prove()), { timeout: 20_000 }).toEqual([]);
  });

  it("is refused everywhere, with every control working, and stores no line", async () => {
    const results = await rig.prove();
    expect(failed(results)).toEqual([]);
    for (const layer of LAYERS) expect(results.filter((r) => r.layer === layer).length, layer).toBeGreaterThan(8);
    expect(results.filter((r) => r.id.includes("by the door of"))).toHaveLength(2);
    expect(await rig.lines()).toBe(0);
  });

  it("shows no token and no key in what it reports", async () => {
    const { alpha, bravo } = rig.secrets;
    const text = JSON.stringify(await rig.prove());
    for (const { tokens, apiKeys, signing } of [alpha, bravo]) {
      for (const value of [...Object.values(tokens), ...Object.values(apiKeys), signing.seed]) {
        expect(text).not.toContain(value);
      }
    }
    expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{20}/);
  });

  it.each([
    [
      "an ingest that takes another's token",
      "tokens",
      "ingest/alpha→bravo/send with the ingest token of alpha",
      "400 empty",
    ],
    [
      "a SHRINK that takes another's token",
      "tokens",
      "shrink/alpha→bravo/risk of BRAVO with the shrink token of alpha",
      "200",
    ],
    [
      "routers that know a key as another's",
      "apiKeys",
      "chat/alpha→bravo//v1/soc/coa with key default for tenant BRAVO",
      "400 invalid_request",
    ],
    [
      "routers that know a signing key as another's",
      "signing",
      "jwt/alpha→bravo/token signed by alpha naming bravo and its key at /v1/models",
      "200",
    ],
  ] as const)("names %s", async (_, what, id, answer) => {
    rig.lay("bravo", { [what]: rig.secrets.alpha[what] });
    await rig.until(id, answer);
    expect(failed(await rig.prove())).toContainEqual(expect.stringContaining(`leak ${id}`));
    expect(await rig.lines()).toBe(0);
  });
});
