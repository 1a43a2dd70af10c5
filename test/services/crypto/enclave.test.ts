import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../../images/l8-enclave/src/config.ts";
import { EnclaveService } from "../../../images/l8-enclave/src/service.ts";
import { AUDIT_READER } from "../../../infra/provider/resources/postgres-audit-trail/names.ts";
import { makeTrail } from "../dbe-gateway/support/audit-database.ts";
import { TestFleet } from "../dbe-gateway/support/fleet.ts";
import { bundleGateway, GatewayProcess } from "../dbe-gateway/support/gateway-process.ts";
import { certificate, newKey } from "../dbe-gateway/support/keys.ts";
import { Fabric, until } from "../support/fabric.ts";

const NODES = ["node-a", "node-b"] as const;
/** What a certificate says of a TPM; no quote of it can be had here. */
const TPM = { attestationKey: "30".repeat(91), pcrs: "sha256:0,7", pcrDigest: "0".repeat(64) };

let fabric: Fabric;
let fleet: TestFleet;
let gateways: readonly GatewayProcess[];
let enclave: EnclaveService;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  [fabric, fleet] = await Promise.all([Fabric.start(), TestFleet.create()]);
  await makeTrail(fabric.postgres, NODES);
  await fabric.postgres.sql(`ALTER ROLE ${AUDIT_READER} PASSWORD 'password-of-reader'`);
  for (const node of NODES) fleet.writeGatewayFile(node, { devices: { "52": "node-a", "56": "node-a" } });
  const folder = fleet.addFolder("node-a", "dsmil-l8-enclave", { device: 56, tenants: "*" });
  const program = await bundleGateway(`${fleet.dir}/main.js`);
  const stores = { POSTGRES_PORT: String(fabric.postgres.port), CA_FILE: `${fabric.dir}/ca.crt` };
  gateways = NODES.map((node) => new GatewayProcess(fleet, node, program, stores));
  layFacts();
  await Promise.all(gateways.map((gateway) => gateway.up()));
  enclave = new EnclaveService(
    readConfig({
      ...{ NODE_ID: "node-a", HTTP_PORT: "0", LOOK_SECONDS: "0.1", SECRETS_DIR: `${fleet.dir}/enclave` },
      ...{ POSTGRES_HOST: "localhost", ...stores, DBE_FOLDER: folder },
      PEER_KEYS_DIR: fleet.path("node-a", "/peer_keys"),
      DBE_TENANTS_DIR: fleet.path("node-a", "/dbe/tenants"),
    }),
    pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  );
  await enclave.start();
}, 120_000);
afterAll(async () => {
  await enclave?.stop();
  for (const gateway of gateways ?? []) await gateway.end("SIGTERM");
  await fleet?.close();
  await fabric?.stopAll();
}, 60_000);

/** What the deployer lays. */
function layFacts(seals: object = { "node-a": "file", "node-b": "file" }): void {
  const at = (name: string): string => `${fleet.dir}/enclave/${name}`;
  const facts = { nodes: NODES, root: fleet.root.publicKey, rotation_seconds: 3600 };
  fleet.write(at("fleet.json"), JSON.stringify(facts), 0o444);
  fleet.write(at("certificates.json"), "{}", 0o444);
  fleet.write(at("enclave.json"), JSON.stringify({ seals, revoked: [] }), 0o444);
  const own = readFileSync(fleet.path("node-a", "/node_keys/node-a-mldsa87.pub"), "utf8");
  fleet.write(at("node-a-mldsa87.pub"), own, 0o444);
  rmSync(at("postgres_password"), { force: true });
  writeFileSync(at("postgres_password"), "password-of-reader\n", { mode: 0o400 });
}

const checks = () => enclave.health.report().checks;
const metrics = () => enclave.metrics.registry.metrics();

describe("secure enclave management", () => {
  it("tells how each key is kept, that nodes proved themselves, and that signing keys hold", async () => {
    await until(async () => checks().files === "read" && checks().audit_trail === "read");
    expect(checks()).toMatchObject({
      ...{ seals: "node-a file, node-b file", proofs: "nodes prove who they are", modes: "in order" },
      signers: "2 certificates hold",
    });
    await until(async () => (await metrics()).includes('dsmil_enclave_proof_age_seconds{node="node-b"}'));
    expect(await metrics()).toContain('dsmil_enclave_node_seal{node="node-b",seal="file"} 1');
  });

  it("is not degraded by tenants that come and go, and tells a certificate that does not verify", async () => {
    const path = fleet.path("node-a", "/dbe/tenants/zulu/policy.json");
    fleet.write(path, JSON.stringify({ certificate: certificate(newKey(), "tenant", "zulu", newKey()) }));
    await until(async () => checks().signers === "a tenant's certificate cannot be used; the log has names");
    expect(lines.find(({ reason }) => String(reason).startsWith("tenant zulu "))).toBeDefined();
    // All tenants get this report.
    expect(JSON.stringify(checks())).not.toMatch(/zulu|alpha|bravo/i);
    expect(enclave.health.report().status).toBe("healthy");
    rmSync(path);
    await until(async () => checks().signers === "2 certificates hold");
    rmSync(fleet.path("node-a", "/dbe/tenants/zulu"), { recursive: true });
    expect(enclave.health.report().status).toBe("healthy");
  });

  it("names a file that others may change, or a secret that they may read", async () => {
    chmodSync(`${fleet.dir}/enclave/postgres_password`, 0o440);
    await until(async () => String(checks().modes).startsWith("1 files or folders are open to others"));
    const named = lines.some(({ reason }) => /postgres_password is 0440, .*others may read$/.test(String(reason)));
    expect(named).toBe(true);
    chmodSync(`${fleet.dir}/enclave/postgres_password`, 0o400);
    await until(async () => checks().modes === "in order");
  });

  it("tells that a node of a TPM came without a good quote, and a seal that got weaker as critical", async () => {
    fleet.certify("node-b", TPM);
    layFacts({ "node-a": "file", "node-b": "tpm2" });
    await until(async () => checks().seals === "node-a file, node-b tpm2 (sha256:0,7)");
    expect(lines.find(({ msg }) => msg === "node key is kept otherwise")).toMatchObject({
      severity: "INFO",
      at: "node-b",
    });
    await until(async () => String(checks().proofs).includes("bad signature or TPM quote"), 30_000);
    const line = lines.find(({ msg }) => msg === "identity of a node not proved");
    expect(line).toMatchObject({ audit: true, at: "node-b", reason: "BAD_SIGNATURE" });
    fleet.certify("node-b");
    // Against the manifest it degrades; as the manifest says, it is told.
    const against = "CRITICAL: node-b: the manifest says tpm2, its certificate names no TPM";
    await until(async () => checks().seals === against);
    expect(enclave.health.report().status).toBe("degraded");
    layFacts();
    await until(async () => checks().seals === "CRITICAL: node-b was tpm2, is file");
    expect(enclave.health.report().status).toBe("healthy");
    const worse = lines.filter(({ severity }) => severity === "CRITICAL");
    expect(worse).toMatchObject([{ audit: true, at: "node-b", before: "tpm2", seal: "file" }]);
    expect(await metrics()).toContain('dsmil_enclave_seal_changes_total{node="node-b",direction="weaker"');
  });
});
