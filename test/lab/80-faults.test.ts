import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { dsmil, dsmilOk, manifestPath, pulumi, root, run } from "./harness/dsmil.ts";
import { onNode, untilHealthy } from "./harness/fleet.ts";

/** Pauses and resumes one lab machine through the engine it runs on. */
const machine = (verb: string, node: string) => run("docker", [verb, `dsmil-${node}`]);

afterAll(async () => {
  await machine("unpause", "node-b");
});

describe("a machine that hangs", () => {
  it("stops a plan within 20 s, by name", async () => {
    await machine("pause", "node-b");
    const start = Date.now();
    const result = await dsmil("plan");
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/node-b cannot be reached/);
    expect(Date.now() - start).toBeLessThan(25_000);
  });
});

/** A change that replaces the containers of bravo's services, on node-a and on node-b. */
function keepHot(hours: number): void {
  const [before = "", bravo = ""] = readFileSync(manifestPath, "utf8").split(/^(?= {2}- id: bravo$)/m);
  writeFileSync(manifestPath, before + bravo.replace(/hot: \d+h/, `hot: ${hours}h`));
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

/** Until the update has taken away a container that it is to replace. */
async function untilReplacing(): Promise<void> {
  const id = async () => (await onNode("node-a", "docker", "inspect", "-f", "{{.Id}}", "dsmil-l3-router-bravo")).stdout;
  const before = await id();
  const deadline = Date.now() + 180_000;
  while ((await id()) === before) {
    if (Date.now() > deadline) throw new Error("nothing was replaced for three minutes");
    await sleep(100);
  }
}

// The first of these brings back node-b, too, which still hangs: the lab's machines are ours.
describe("a death in the middle of up", () => {
  const converges = async (): Promise<void> => {
    await dsmilOk("up");
    await untilHealthy();
    const { code, stdout, stderr } = await pulumi("preview", "--refresh", "--expect-no-changes", "--stack", "node-a");
    expect(code, stdout).toBe(0);
    expect(stdout + stderr).not.toMatch(/pending operations/);
  };

  it("of node-a, while it replaces containers: the next up converges", async () => {
    keepHot(26);
    const up = dsmil("up");
    await updateOfNodeA();
    await untilReplacing();
    await machine("kill", "node-a");
    await up;
    await converges();
  });

  it("of Pulumi itself: the next up converges", async () => {
    keepHot(27);
    const up = dsmil("up");
    const pid = await updateOfNodeA();
    await untilReplacing();
    process.kill(pid, "SIGKILL");
    expect((await up).code).toBe(1);
    keepHot(24);
    await converges();
  });
});
