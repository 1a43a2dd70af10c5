import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type ConnectionOptions, connect } from "node:tls";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../../images/l8-crypto/src/config.ts";
import { CryptoService } from "../../../images/l8-crypto/src/service.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { PROTOCOL } from "../../../images/runtime/dbe/transport/protocol.ts";
import { parseHealthEvent } from "../../../images/runtime/health-event.ts";
import { AUDIT_READER } from "../../../infra/provider/resources/postgres-audit-trail/names.ts";
import { makeTrail } from "../dbe-gateway/support/audit-database.ts";
import { TestFleet } from "../dbe-gateway/support/fleet.ts";
import { bundleGateway, GatewayProcess } from "../dbe-gateway/support/gateway-process.ts";
import { certificate, newKey } from "../dbe-gateway/support/keys.ts";
import { Fabric, until } from "../support/fabric.ts";

const NODES = ["node-a", "node-b"] as const;

let fabric: Fabric;
let fleet: TestFleet;
let gateways: readonly GatewayProcess[];
let watcher: CryptoService;
const audited: Record<string, unknown>[] = [];
const told: string[] = [];

beforeAll(async () => {
  [fabric, fleet] = await Promise.all([Fabric.start(), TestFleet.create()]);
  await makeTrail(fabric.postgres, NODES);
  await fabric.postgres.sql(`ALTER ROLE ${AUDIT_READER} PASSWORD 'password-of-reader'`);
  const devices = { "43": "node-b", "52": "node-a", "53": "node-a" };
  for (const node of NODES) fleet.writeGatewayFile(node, { devices });
  fleet.addFolder("node-a", "dsmil-l8-analytics-alpha", { device: 52, tenants: ["ALPHA"] });
  const folder = fleet.addFolder("node-a", "dsmil-l8-crypto", { device: 53, tenants: "*" });
  const program = await bundleGateway(`${fleet.dir}/main.js`);
  const stores = { POSTGRES_PORT: String(fabric.postgres.port), CA_FILE: `${fabric.dir}/ca.crt` };
  gateways = NODES.map((node) => new GatewayProcess(fleet, node, program, stores));
  await fleet.inbox("node-a", "dsmil-l8-analytics-alpha", {
    [TYPES.HEALTH]: async ({ payload }) => {
      told.push(String(payload));
      return undefined;
    },
  });
  layFacts();
  await Promise.all(gateways.map((gateway) => gateway.up()));
  watcher = new CryptoService(
    readConfig({
      ...{ NODE_ID: "node-a", HTTP_PORT: "0", LOOK_SECONDS: "0.1", SECRETS_DIR: `${fleet.dir}/crypto` },
      ...{ POSTGRES_HOST: "localhost", ...stores, DBE_FOLDER: folder },
      PEER_KEYS_DIR: fleet.path("node-a", "/peer_keys"),
      DBE_TENANTS_DIR: fleet.path("node-a", "/dbe/tenants"),
    }),
    pino({ level: "warn" }, { write: (line: string) => void audited.push(JSON.parse(line)) }),
  );
  await watcher.start();
}, 120_000);
afterAll(async () => {
  await watcher?.stop();
  for (const gateway of gateways ?? []) await gateway.end("SIGTERM");
  await fleet?.close();
  await fabric?.stopAll();
}, 60_000);

/** What the deployer lays for the watcher. */
function layFacts(changes: object = {}): void {
  mkdirSync(`${fleet.dir}/crypto`, { recursive: true });
  const facts = { nodes: NODES, root: fleet.root.publicKey, rotation_seconds: 3600, ...changes };
  fleet.write(`${fleet.dir}/crypto/fleet.json`, JSON.stringify(facts));
  const pems = NODES.map((node) => [node, readFileSync(fleet.path(node, "/certs/tls.crt"), "utf8")]);
  fleet.write(`${fleet.dir}/crypto/certificates.json`, JSON.stringify(Object.fromEntries(pems)));
  const own = readFileSync(fleet.path("node-a", "/node_keys/node-a-mldsa87.pub"), "utf8");
  fleet.write(`${fleet.dir}/crypto/node-a-mldsa87.pub`, own);
  writeFileSync(`${fleet.dir}/crypto/postgres_password`, "password-of-reader\n");
}

const checks = () => watcher.health.report().checks;
async function metric(name: string): Promise<number> {
  const text = await watcher.metrics.registry.metrics();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? "NaN",
  );
}

const knock = (options: ConnectionOptions): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ port: fleet.port("node-a"), host: "127.0.0.1", rejectUnauthorized: false, ...options });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
  });

describe("the crypto watcher", () => {
  it("tells the age of each node's key and when certificates end", async () => {
    await until(async () => checks().files === "read" && checks().audit_trail === "read");
    for (const node of NODES) {
      expect(await metric(`dsmil_crypto_node_key_age_seconds{node="${node}"}`)).toBeGreaterThanOrEqual(0);
      const left = await metric(`dsmil_crypto_certificate_expiry_seconds{certificate="${node}"}`);
      expect(left).toBeGreaterThan(86_400);
      expect(left).toBeLessThanOrEqual(2 * 86_400);
    }
    expect(checks().certificates).toMatch(/^node-[ab] ends in 1 days; renew with `dsmil up`$/);
    expect(checks().node_keys).toMatch(/^node-[ab] is \d+ days old$/);
  });

  it("sees that nodes made keys with each other, and when they no longer do", async () => {
    await until(async () => checks().handshakes === "keys are made anew");
    // Figures are written after the state is.
    await until(async () => (await metric('dsmil_crypto_link_key_age_seconds{a="node-a",b="node-b"}')) >= 0);
    layFacts({ nodes: [...NODES, "node-c"] });
    await until(async () => checks().handshakes === "node-a and node-c: no keys in 24 h");
    await until(async () => checks().files === "key of node-c: no certificate is here");
    layFacts({ rotation_seconds: -1 });
    await until(async () => /^node-a and node-b: keys of \d+ s ago$/.test(String(checks().handshakes)));
    layFacts();
    await until(async () => checks().handshakes === "keys are made anew" && checks().files === "read");
  });

  it("counts and audits attempts to get weaker keys, apart from strangers", async () => {
    expect(checks().downgrades_last_hour).toBe(0);
    const mine = (name: string): Buffer => readFileSync(fleet.path("node-b", `/certs/${name}`));
    await knock({ cert: mine("tls.crt"), key: mine("tls.key"), maxVersion: "TLSv1.2" });
    await knock({ ecdhCurve: "SecP384r1MLKEM1024", ALPNProtocols: [PROTOCOL] });
    await until(async () => checks().downgrades_last_hour === 1);
    const counted = (name: string, reason: string) => metric(`${name}{node="node-a",reason="${reason}"}`);
    await until(async () => (await counted("dsmil_crypto_refused_handshakes_total", "UNKNOWN_PEER")) === 1);
    expect(await counted("dsmil_crypto_downgrade_attempts_total", "DOWNGRADE")).toBe(1);
    const line = audited.find(({ msg }) => msg === "downgrade attempt");
    expect(line).toMatchObject({ audit: true, at: "node-a", reason: "DOWNGRADE", peer: "127.0.0.1" });
  });

  it("says what does not verify: a node's key that the root did not sign", async () => {
    const path = fleet.path("node-a", "/peer_keys/node-b-mldsa87.pub");
    const before = readFileSync(path, "utf8");
    fleet.write(path, certificate(newKey(), "node", "node-b", newKey()));
    await until(async () => checks().files === "key of node-b: not a certificate that this fleet's root signed");
    fleet.write(path, certificate(fleet.root, "tenant", "zulu", newKey()));
    await until(async () => checks().files === "key of node-b: the certificate is not of this node");
    fleet.write(path, before);
    await until(async () => checks().files === "read");
  });

  it("goes on when the trail comes back, and reads no row twice", async () => {
    const keyed = await metric('dsmil_crypto_sessions_keyed_total{node="node-a"}');
    expect(keyed).toBeGreaterThan(0);
    await fabric.postgres.down("SIGQUIT");
    await until(async () => checks().audit_trail !== "read");
    expect(watcher.health.report().status).toBe("degraded");
    await fabric.postgres.up();
    await until(async () => checks().audit_trail === "read");
    expect(await metric('dsmil_crypto_sessions_keyed_total{node="node-a"}')).toBe(keyed);
    expect(checks().downgrades_last_hour).toBe(1);
  });

  it("tells its health to the SOC routers of the tenants, over the bus", async () => {
    await until(async () => told.length > 0);
    const report = parseHealthEvent(told.at(-1) ?? "");
    expect(report).toMatchObject({ service: "l8-crypto", node: "node-a", device_id: 53, layer: 8 });
    // No service of BRAVO's takes it here.
    expect(checks().bus).toBe("1 of 2 tenants take no reports");
    expect(audited.find(({ msg }) => msg === "reports not taken")).toMatchObject({
      failed: [expect.stringMatching(/^BRAVO: /)],
    });
    expect(told.join()).not.toMatch(/bravo|zulu/i);
  });
});
