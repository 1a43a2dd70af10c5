import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { dsmil, dsmilOk, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const TENANTS = ["alpha", "bravo"] as const;
/** What a series shows is its growth between two scrapes: what is new has none before the second round. */
const ROUNDS = 8;
const ROUND_MS = 20_000;
const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-dashboards-"));
const PROGRAM = `const [path, key, body] = process.argv.slice(-3);
const answer = await fetch("https://172.20.0.20:8001" + path, { method: "POST", body,
  headers: { authorization: "Bearer " + key, "content-type": "application/json" } });
await answer.arrayBuffer();
console.log(answer.status);`;

interface Check {
  readonly panels: number;
  readonly withoutData: readonly { readonly board: string; readonly panel: string }[];
}

beforeAll(async () => {
  await untilHealthy();
  writeFileSync(join(folder, "ca.crt"), await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeConnections();
});

/** Events, a chat and a question to Layer 9, of each tenant. */
async function traffic(round: number): Promise<void> {
  for (const tenant of TENANTS) {
    const key = (await dsmilOk("tenant", "key", tenant)).stdout.trim().split("\n").at(-1) ?? "";
    const name = `dashboards-${tenant}-${round}-${Date.now()}`;
    await dsmilOk("events", "send", "--tenant", tenant, "--run", name, "--wait", "60", "--json", eve(name));
    const chat = { model: "l7-tiny", max_tokens: 8, messages: [{ role: "user", content: "What is Redis for?" }] };
    expect(await post("/v1/chat/completions", key, chat)).toBe("200");
    expect(await post("/v1/soc/strategy", key, { horizon: "24h" })).toBe("200");
  }
}

async function post(path: string, key: string, body: object): Promise<string> {
  const argv = ["--input-type=module", "-e", PROGRAM, path, key, JSON.stringify(body)];
  const { code, stdout, stderr } = await run(process.execPath, argv, {
    env: { NODE_EXTRA_CA_CERTS: join(folder, "ca.crt") },
  });
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

function eve(name: string): string {
  const path = join(folder, `${name}.json`);
  const line = (n: number): string =>
    JSON.stringify({
      ...{ timestamp: new Date().toISOString(), event_type: "alert", src_ip: `203.0.113.${n}`, dest_ip: "10.0.0.5" },
      ...{
        dest_port: 22,
        proto: "TCP",
        alert: { signature: `ET SCAN ${name} ${n}`, signature_id: 3000 + n, severity: 1 },
      },
    });
  writeFileSync(path, Array.from({ length: 100 }, (_, n) => `${line(n)}\n`).join(""));
  return path;
}

describe("dashboards, after traffic", () => {
  it("have no panel without data", async () => {
    let check: Check | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      await traffic(round);
      await new Promise((done) => setTimeout(done, ROUND_MS));
      const { stdout, stderr } = await dsmil("dashboards", "--check", "--json");
      expect(stdout, stderr).not.toBe("");
      check = JSON.parse(stdout) as Check;
      if (check.withoutData.length === 0) break;
    }
    expect(check?.withoutData).toEqual([]);
    expect(check?.panels).toBeGreaterThan(120);
  });

  it("show the same numbers in the terminal", async () => {
    const { stdout } = await dsmilOk("dashboards", "--show", "slo");
    expect(stdout).toMatch(/L3: p99 +p99 +[\d.]+ m?s/);
    expect(stdout).not.toContain("no data");
    const one = await dsmilOk("dashboards", "--show", "soc", "--tenant", "bravo");
    expect(one.stdout).toContain("SOC View (BRAVO)");
    expect(one.stdout).not.toContain("SOC View (ALPHA)");
  });

  it("are written for Grafana, with the fleet's Prometheus as their datasource", async () => {
    const out = join(folder, "grafana");
    await dsmilOk("dashboards", "--out", out);
    expect(existsSync(join(out, "operators/dashboards/dsmil-slo.json"))).toBe(true);
    const datasources = readFileSync(join(out, "operators/provisioning/datasources/dsmil.yaml"), "utf8");
    expect(datasources).toContain("uid: dsmil-prometheus");
    expect(datasources).toContain("serverName: prometheus.dsmil.local");
  });
});
