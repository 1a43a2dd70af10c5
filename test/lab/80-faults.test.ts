import { afterAll, describe, expect, it } from "vitest";
import { dsmil, dsmilOk, pulumi, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

/** Pauses and resumes one lab machine through the engine it runs on. */
const machine = (verb: string, node: string) => run("docker", [verb, `dsmil-${node}`]);

describe("faults", () => {
  afterAll(async () => {
    await machine("unpause", "node-b");
    await machine("start", "node-a");
    await dsmilOk("up");
    await untilHealthy();
  });

  it("stops plan and up within 20 s, naming the node that is away", async () => {
    await machine("pause", "node-b");
    try {
      for (const command of ["plan", "up"]) {
        const start = Date.now();
        const result = await dsmil(command);
        expect(result.code).toBe(1);
        expect(result.stderr).toMatch(/node-b cannot be reached/);
        expect(Date.now() - start).toBeLessThan(25_000);
      }
    } finally {
      await machine("unpause", "node-b");
    }
  });

  it("converges on the next up after a machine was killed in the middle of one", async () => {
    // Something to do: the services of one tenant are gone.
    await onNodeOk("node-a", "sh", "-c", "docker rm -f $(docker ps -aq --filter label=dsmil.tenant=alpha)");
    const up = dsmil("up");
    await new Promise((r) => setTimeout(r, 7000));
    await machine("kill", "node-a");
    await up;
    await machine("start", "node-a");
    await new Promise((r) => setTimeout(r, 5000));
    await dsmilOk("up");
    await untilHealthy();
    for (const stack of ["node-c", "node-a", "node-b"]) {
      const preview = await pulumi("preview", "--expect-no-changes", "--stack", stack);
      expect(preview.code, preview.stdout).toBe(0);
    }
  });
});
