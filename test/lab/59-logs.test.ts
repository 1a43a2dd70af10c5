import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import type { LogLine } from "../../infra/cli/logs/types.ts";
import { dsmil, dsmilOk } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

beforeAll(() => untilHealthy());
afterAll(() => closeConnections());

/** What `logs --json` showed. */
async function shown(...args: string[]): Promise<readonly LogLine[]> {
  const { stdout } = await dsmilOk("logs", "--json", ...args);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LogLine);
}

describe("logs", () => {
  it("shows what containers of all nodes said, by time, with who they are", async () => {
    const lines = await shown("--since", "24h", "--limit", "2000");
    expect(new Set(lines.map(({ node }) => node))).toEqual(new Set(["node-a", "node-b", "node-c"]));
    const times = lines.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
  });

  it("shows a tenant's lines of a service, and the very lines that the engine has", async () => {
    await onNodeOk("node-a", "docker", "restart", "dsmil-l3-router-alpha");
    await untilHealthy();
    const lines = await shown("l3-router", "--tenant", "alpha", "--since", "5m", "--limit", "10000");
    const about = { node: "node-a", service: "l3-router", tenant: "alpha", layer: "L3", device: 18 };
    for (const line of lines) expect(line).toMatchObject(about);
    const engine = await onNodeOk("node-a", "docker", "logs", "--tail", "1", "dsmil-l3-router-alpha");
    expect(lines.map(({ line }) => line)).toContain(engine.trim());
    for (const { level } of await shown("l3-router", "--since", "24h", "--level", "warn")) {
      expect(["warn", "error"]).toContain(level);
    }
  });

  it("says what there is not, and that nothing fits", async () => {
    const unknown = await dsmil("logs", "l3-ruoter");
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no service "l3-ruoter"')]);
    expect((await dsmil("logs", "--grep", "(")).code).toBe(64);
    expect((await dsmil("logs", "redis", "--grep", "no line has this text 4711")).stderr).toContain("no line fits");
  });
});
