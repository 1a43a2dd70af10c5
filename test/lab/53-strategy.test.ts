import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { dsmilOk, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-strategy-"));
const keys: Record<string, string> = {};
const PROGRAM = `const [path, key, body] = process.argv.slice(-3);
const answer = await fetch("https://172.20.0.20:8001" + path, { method: "POST", body,
  headers: { authorization: "Bearer " + key, "content-type": "application/json" } });
console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));`;

beforeAll(async () => {
  await untilHealthy();
  writeFileSync(join(folder, "ca.crt"), await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt"));
  for (const tenant of ["alpha", "bravo"]) {
    keys[tenant] = (await dsmilOk("tenant", "key", tenant)).stdout.trim().split("\n").at(-1) ?? "";
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeConnections();
});

async function ask(tenant: string, path: string, body: object): Promise<{ status: number; body: unknown }> {
  const argv = ["--input-type=module", "-e", PROGRAM, path, keys[tenant] ?? "", JSON.stringify(body)];
  const { code, stdout, stderr } = await run(process.execPath, argv, {
    env: { NODE_EXTRA_CA_CERTS: join(folder, "ca.crt") },
  });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe("global strategy and coalition intelligence, at the balancer", () => {
  it("answers each tenant about itself, or says that there is too little", async () => {
    for (const tenant of ["alpha", "bravo"]) {
      const { status, body } = await ask(tenant, "/v1/soc/strategy", { horizon: "24h" });
      expect(status).toBe(200);
      expect(body).toMatchObject({ tenant_id: tenant.toUpperCase(), policy: { version: expect.any(Number) } });
      expect(["strategy", "insufficient_evidence"]).toContain((body as { result: string }).result);
    }
  });

  it("tells nobody who is no partner anything, and says so with the policy's word", async () => {
    for (const tenant of ["alpha", "bravo"]) {
      const { status, body } = await ask(tenant, "/v1/soc/coalition/export", { partner: "nobody", hours: 24 });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        ...{ tenant_id: tenant.toUpperCase(), result: "refused", reasons: ["unknown_partner"] },
        ...{ bundle: null, signature: null, policy: { version: expect.any(Number) } },
      });
    }
    expect(await ask("alpha", "/v1/soc/coalition/import", {})).toMatchObject({ status: 400 });
  });

  it("refuses a question without a horizon", async () => {
    expect(await ask("alpha", "/v1/soc/strategy", {})).toMatchObject({ status: 400 });
  });
});
