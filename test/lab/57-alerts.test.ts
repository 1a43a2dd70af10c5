import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { httpsRequest } from "../../infra/cli/stores/https-request.ts";
import { AlertReceiver } from "./harness/alert-receiver.ts";
import { until } from "./harness/bus.ts";
import { dsmil, dsmilOk, editManifest, resetManifest, root, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";
import { HOST } from "./harness/impostor.ts";

/** From the kill to the receiver, seconds. */
const MOST_SECONDS = 90;
/** The operator's folder on the alertmanager's node. */
const FOLDER = "/etc/dsmil-alerts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-alerts-"));
let receiver: AlertReceiver;

interface Firing {
  readonly name: string;
  readonly severity: string;
}

/** What `bin/dsmil alerts` shows, and how it ends. */
async function alerts(): Promise<{ readonly code: number; readonly firing: readonly Firing[] }> {
  const { code, stdout, stderr } = await dsmil("alerts", "--json");
  if (code === 2) throw new Error(stderr);
  return { code, firing: JSON.parse(stdout) as Firing[] };
}

const fires = async (name: string): Promise<boolean> => (await alerts()).firing.some((one) => one.name === name);

beforeAll(async () => {
  await untilHealthy();
  receiver = await AlertReceiver.start(folder, HOST);
  const ca = readFileSync(join(folder, "ca.crt"), "utf8");
  await onNodeOk("node-a", "install", "-d", "-m", "0755", FOLDER);
  const put = await run("ssh", ["-F", `${root}/.dsmil/ssh/config`, "node-a", `cat > ${FOLDER}/lab-ca.pem`], {
    stdin: ca,
  });
  expect(put.code, put.stderr).toBe(0);
  const webhook = `{ id: lab, url: '${receiver.url}', ca_file: ${FOLDER}/lab-ca.pem }`;
  resetManifest();
  editManifest((text) => text.replace("  webhooks: []", `  webhooks: [${webhook}]`));
  await dsmilOk("up");
  await untilHealthy();
}, 600_000);

afterAll(async () => {
  // Whatever failed: Redis runs again, and the lab is as the manifest of the project says.
  await onNodeOk("node-c", "docker", "start", "dsmil-redis");
  resetManifest();
  await dsmilOk("up");
  await onNodeOk("node-a", "rm", "-rf", FOLDER);
  receiver?.close();
  rmSync(folder, { recursive: true, force: true });
  await untilHealthy();
  await closeConnections();
}, 600_000);

describe("a Redis that is killed", () => {
  it("is told to the receiver within 90 seconds, and shown as critical", async () => {
    await until("quiet", async () => !(await fires("RedisDown")), 120);
    await onNodeOk("node-c", "docker", "kill", "dsmil-redis");
    const begun = Date.now();
    await until("told", async () => receiver.heard("RedisDown", "firing"), MOST_SECONDS);
    const seconds = (Date.now() - begun) / 1000;
    process.stderr.write(`  RedisDown told after ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    const { code, firing } = await alerts();
    expect(firing).toContainEqual(expect.objectContaining({ name: "RedisDown", severity: "critical" }));
    expect(code).toBe(1);
  }, 300_000);

  it("is over once it runs again", async () => {
    await onNodeOk("node-c", "docker", "start", "dsmil-redis");
    await until("over", async () => receiver.heard("RedisDown", "resolved"), 180);
    await untilHealthy();
    expect(await fires("RedisDown")).toBe(false);
  }, 300_000);
});

describe("the alertmanager's port", () => {
  it("is closed to whoever has no certificate of the fleet", async () => {
    const ca = await onNodeOk("node-a", "cat", "/etc/dsmil/ca/ca.crt");
    const endpoint = { host: "172.20.0.10", port: 9093, servername: "alertmanager.dsmil.local", ca };
    await expect(httpsRequest(endpoint, { method: "GET", path: "/api/v2/alerts" })).rejects.toThrow(/certificate/);
  });
});
