import { afterAll, describe, expect, it } from "vitest";
import { dsmil, dsmilOk, run } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";

/** Pauses and resumes one lab machine through the engine it runs on. */
const machine = (verb: string, node: string) => run("docker", [verb, `dsmil-${node}`]);

describe("a machine that hangs", () => {
  afterAll(async () => {
    await machine("unpause", "node-b");
  });

  it("stops a plan within 20 s, by name", async () => {
    await machine("pause", "node-b");
    const start = Date.now();
    const result = await dsmil("plan");
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/node-b cannot be reached/);
    expect(Date.now() - start).toBeLessThan(25_000);
  });

  it("is brought back by up, as the lab's machines are ours", async () => {
    await dsmilOk("up");
    await untilHealthy();
  });
});
