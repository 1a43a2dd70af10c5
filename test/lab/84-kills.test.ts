import { beforeAll, describe, expect, it } from "vitest";
import { benchFaults } from "../bench/faults/faults.ts";
import { manifestPath } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";

/** Whatever an event needs on its way, and what answers people: each is killed once, in one run under load. */
const ESSENTIAL = ["l3-router", "l8-analytics", "l7-router", "dbe-gateway", "redis", "postgres"];
/** All of it, milliseconds: a kill that is not recovered from within 90 s has failed. */
const MOST_MS = 300_000;

describe("six kills under load", () => {
  beforeAll(async () => {
    // What runs in this process reads the manifest that the lab was deployed from.
    process.env.DSMIL_MANIFEST = manifestPath;
    await untilHealthy();
  });

  it("are all recovered from, and every acknowledged event is archived, once, for its tenant alone", async () => {
    const step = (text: string): void => void process.stderr.write(`  ${text}\n`);
    const result = await benchFaults({ only: ESSENTIAL, step, signal: AbortSignal.timeout(MOST_MS) });
    expect(result.recoveries).toHaveLength(ESSENTIAL.length);
    for (const one of result.recoveries) {
      expect(one.healthy, `${one.what} healthy`).toBeDefined();
      expect(one.flowing, `${one.what} flowing`).toBeDefined();
    }
    expect(result.problems).toEqual([]);
    for (const account of result.accounts) expect(account.sent).toBeGreaterThan(100);
  }, 400_000);
});
