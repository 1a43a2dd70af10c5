import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventCounts } from "../../infra/cli/events/count.ts";
import { heard } from "./harness/counts.ts";
import { crash } from "./harness/crash.ts";
import { dsmil, dsmilOk, type Run, root, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const LINES = 10_000;
const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-events-"));
const run_ = (name: string): string => `lab-${name}-${Date.now()}`;

/** Alerts as Suricata writes them, each line another. */
function eve(name: string, lines: number): string {
  const path = join(folder, name);
  const line = (n: number): string =>
    JSON.stringify({
      timestamp: "2026-11-21T15:00:00.000000+0000",
      event_type: "alert",
      src_ip: `203.0.113.${n % 250}`,
      dest_ip: "10.0.0.5",
      dest_port: 22,
      proto: "TCP",
      alert: { signature: `ET SCAN ${name} ${n}`, signature_id: 2000 + n, severity: 1 + (n % 3), category: "Recon" },
    });
  writeFileSync(path, Array.from({ length: lines }, (_, i) => `${line(i + 1)}\n`).join(""));
  return path;
}

async function counts(tenant: string, runId?: string): Promise<EventCounts> {
  const args = ["events", "count", "--tenant", tenant, "--json", ...(runId ? ["--run", runId] : [])];
  return JSON.parse((await dsmilOk(...args)).stdout) as EventCounts;
}

const sent = ({ stdout }: Run) => JSON.parse(stdout) as EventCounts & { sent: number; resent: number; missing: number };

beforeAll(() => untilHealthy());
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await untilHealthy();
});

describe("ten thousand events", () => {
  it("are archived, each once, for their tenant alone", async () => {
    const [name, before] = [run_("plain"), await counts("bravo")];
    const result = await dsmilOk(
      "events",
      "send",
      "--tenant",
      "alpha",
      "--run",
      name,
      "--wait",
      "120",
      "--json",
      eve("plain", LINES),
    );
    expect(sent(result)).toMatchObject({
      sent: LINES,
      archived: LINES,
      distinct: LINES,
      rejected: 0,
      missing: 0,
    });
    expect(await counts("alpha", name)).toMatchObject({ archived: LINES, distinct: LINES, rejected: 0 });
    expect(heard(await counts("bravo"))).toEqual(heard(before));
  });

  it("count once when the same run is sent again", async () => {
    const [name, file] = [run_("twice"), eve("twice", 500)];
    for (const _ of [1, 2]) await dsmilOk("events", "send", "--tenant", "alpha", "--run", name, "--wait", file);
    expect(await counts("alpha", name)).toMatchObject({ archived: 500, distinct: 500 });
  });

  it("survive the deaths of a service, of Redis and of a node while they are sent", async () => {
    const name = run_("faults");
    const args = ["--run", name, "--rate", "1000", "--wait", "240", "--json", eve("faults", LINES)];
    const sending = dsmil("events", "send", "--tenant", "alpha", ...args);
    const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
    await pause(2500);
    await crash("node-a", "dsmil-l3-router-alpha");
    await pause(2000);
    await crash("node-c", "dsmil-redis");
    await pause(3000);
    expect((await run("docker", ["kill", "dsmil-node-a"])).code).toBe(0);
    await pause(2000);
    expect((await run("docker", ["start", "dsmil-node-a"])).code).toBe(0);
    const result = await sending;
    expect(result.code, result.stderr).toBe(0);
    expect(sent(result)).toMatchObject({
      sent: LINES,
      archived: LINES,
      distinct: LINES,
      rejected: 0,
      missing: 0,
    });
  }, 400_000);

  it("keeps what is not understood aside, with the reason, and goes on", async () => {
    const name = run_("bad");
    const bad = ["{broken", '{"no":"type"}', "", "no header at all"];
    const good = eve("good", 20);
    const stdin = `${bad.join("\n")}\nNov 21 15:00:00 gw sshd[1]: Failed password for root from 203.0.113.9 port 4 ssh2\n`;
    await Promise.all([
      run(join(root, "bin/dsmil"), ["events", "send", "--tenant", "bravo", "--run", name, "--wait", "60", "-"], {
        stdin,
      }),
      dsmilOk("events", "send", "--tenant", "bravo", "--run", `${name}-good`, "--wait", "60", good),
    ]);
    expect(await counts("bravo", name)).toMatchObject({ archived: 1, rejected: bad.length });
    expect(await counts("bravo", `${name}-good`)).toMatchObject({ archived: 20, rejected: 0 });
    const { stdout } = await dsmilOk("events", "tail", "--tenant", "bravo", "--rejects", "--limit", "4", "--json");
    const reasons = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { payload: { reason: string } }).payload.reason);
    expect(new Set(reasons)).toEqual(new Set(["eve_not_json", "eve_no_event_type", "format_unknown", "line_empty"]));
  });

  it("takes what a machine's own sshd logs", async () => {
    const stdin = await onNodeOk("node-a", "tail", "-n", "50", "/var/log/sshd.log");
    const name = run_("sshd");
    const args = [
      "events",
      "send",
      "--tenant",
      "alpha",
      "--source",
      "node-a",
      "--run",
      name,
      "--wait",
      "60",
      "--json",
      "-",
    ];
    const result = await run(join(root, "bin/dsmil"), args, { stdin });
    expect(result.code, result.stderr).toBe(0);
    expect(await counts("alpha", name)).toMatchObject({ rejected: 0 });
    const { stdout } = await dsmilOk("events", "tail", "--tenant", "alpha", "--limit", "1", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ tenant_id: "ALPHA", payload: { source: "node-a" } });
  });
});
