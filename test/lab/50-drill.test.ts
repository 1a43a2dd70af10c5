import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { lookingContext } from "../../infra/cli/traces/context.ts";
import type { DrillReport } from "../../infra/drills/report.ts";
import { redis } from "../../infra/provider/stores/redis.ts";
import { dsmil, dsmilOk, root } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const keyOf = (person: string): string => join(root, ".dsmil/test", `alpha-${person}.key`);
const OFFICERS = ["--officer", keyOf("first"), keyOf("second")];
const redisAdmin = (...[name = "", ...args]: string[]): Promise<unknown> =>
  redis.use(lookingContext(), "node-c", (client) => client.call(name, ...args));

beforeAll(async () => {
  mkdirSync(join(root, ".dsmil/test"), { recursive: true });
  for (const person of ["first", "second"]) {
    rmSync(keyOf(person), { force: true });
    await dsmilOk("officer", "add", "alpha", person, "--out", keyOf(person));
  }
  await dsmilOk("up");
  await untilHealthy();
});
afterAll(async () => {
  for (const person of ["first", "second"]) rmSync(keyOf(person), { force: true });
  // The officers stay until the next deployment, of 57, takes them out with what it brings in.
  await redis.close();
  await closeConnections();
});

/** Verdicts by the drills' numbers. */
async function drilled(...args: string[]): Promise<{ code: number; verdicts: Record<number, string>; notes: string }> {
  const { code, stdout, stderr } = await dsmil("drill", "--json", ...OFFICERS, ...args);
  if (stdout === "") throw new Error(`drill printed nothing: ${stderr}`);
  const { results } = JSON.parse(stdout) as DrillReport;
  const verdicts = Object.fromEntries(results.map(({ number, verdict }) => [number, verdict]));
  return { code, verdicts, notes: results.map(({ number, note }) => `${number}: ${note}`).join("\n") };
}

describe("the drills", () => {
  it("are stopped, six of six, each with a control that works", async () => {
    const { code, verdicts, notes } = await drilled();
    expect(verdicts, notes).toEqual({ 1: "pass", 2: "pass", 3: "pass", 4: "pass", 5: "pass", 6: "pass" });
    expect(code).toBe(0);
  });

  it("fails, the first, with an access rule too many", async () => {
    const rules = ((await redisAdmin("ACL", "LIST")) as string[]).find((r) => r.startsWith("user bravo_writer ")) ?? "";
    await redisAdmin("ACL", "SETUSER", "bravo_writer", "~ALPHA_*");
    try {
      expect(await drilled("--only", "1")).toMatchObject({ code: 1, verdicts: { 1: "fail" } });
    } finally {
      const words = (rules.match(/\([^)]*\)|\S+/g) ?? []).slice(2);
      await redisAdmin("ACL", "SETUSER", "bravo_writer", "reset", ...words);
    }
    expect((await drilled("--only", "1")).verdicts).toEqual({ 1: "pass" });
  });

  it("fails, the second and the third, without device 51", async () => {
    await onNodeOk("node-a", "docker", "pause", "dsmil-l8-advml-alpha");
    try {
      expect(await drilled("--only", "2", "3")).toMatchObject({ code: 1, verdicts: { 2: "fail", 3: "fail" } });
    } finally {
      await onNodeOk("node-a", "docker", "unpause", "dsmil-l8-advml-alpha");
    }
  });

  it("fails, the fourth, with a token of the other's collections", async () => {
    const [own, saved] = ["/etc/dsmil/tenants/bravo/qdrant_token", "/etc/dsmil/tenants/bravo/.saved"];
    await onNodeOk("node-a", "sh", "-c", `cp -p ${own} ${saved} && cat /etc/dsmil/tenants/alpha/qdrant_token > ${own}`);
    try {
      expect(await drilled("--only", "4")).toMatchObject({ code: 1, verdicts: { 4: "fail" } });
    } finally {
      await onNodeOk("node-a", "sh", "-c", `cat ${saved} > ${own} && rm ${saved}`);
    }
  });

  it("of the gate prove nothing without the officers' keys", async () => {
    const { code, stdout } = await dsmil("drill", "--json", "--only", "5", "6");
    const { results } = JSON.parse(stdout) as DrillReport;
    expect(results.map(({ verdict }) => verdict)).toEqual(["unproven", "unproven"]);
    expect(code).toBe(1);
  });

  it("leave a report that says what was seen", async () => {
    const { stdout } = await dsmil("drill", "--only", "1", "4");
    const file = /report: (\S+\.md)/.exec(stdout)?.[1] ?? "";
    expect(readFileSync(file, "utf8")).toContain("| 1 | Tenant escape via Redis stream injection | ✓ PASS | NOPERM");
  });
});
