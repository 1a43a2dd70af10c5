import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { dsmil, dsmilOk, editManifest, pulumi, root, run } from "./harness/dsmil.ts";
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

/** A change that replaces every service's container. */
function logLevel(level: string): void {
  editManifest((text) =>
    text.replace(/^ {2}log_level:.*\n/m, "").replace(/^ {2}logging:.*$/m, (line) => `${line}\n  log_level: ${level}`),
  );
}

/** Process id of the update of node-a that is under way; it holds the stack's lock. */
async function updateOfNodeA(): Promise<number> {
  const folder = join(root, ".dsmil/state/.pulumi/locks");
  for (;;) {
    const [lock] = existsSync(folder) ? globSync("**/node-a/*.json", { cwd: folder }) : [];
    if (lock !== undefined) return (JSON.parse(readFileSync(join(folder, lock), "utf8")) as { pid: number }).pid;
    await sleep(20);
  }
}

describe("a death in the middle of up", () => {
  const converges = async (): Promise<void> => {
    await dsmilOk("up");
    await untilHealthy();
    const { code, stdout } = await pulumi("preview", "--refresh", "--expect-no-changes", "--stack", "node-a");
    expect(code, stdout).toBe(0);
  };

  // While it looks at the node; while it replaces containers.
  it.each([
    ["DEBUG", 300],
    ["INFO", 1500],
  ])("of node-a: the next up converges (%s, after %i ms)", async (level, delayMs) => {
    logLevel(level);
    const up = dsmil("up");
    await updateOfNodeA();
    await sleep(delayMs);
    await machine("kill", "node-a");
    await up;
    await converges();
  });

  it("of Pulumi itself: the next up converges", async () => {
    logLevel("DEBUG");
    const up = dsmil("up");
    const pid = await updateOfNodeA();
    await sleep(1500);
    process.kill(pid, "SIGKILL");
    expect((await up).code).toBe(1);
    logLevel("INFO");
    await converges();
  });
});
