import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import pino from "pino";
import { Gateway } from "../../../../images/dbe-gateway/src/app.ts";
import type { AuditStore } from "../../../../images/dbe-gateway/src/audit/audit-store.ts";
import { readConfig } from "../../../../images/dbe-gateway/src/config.ts";
import { openTransport } from "../../../../images/dbe-gateway/src/links/open-transport.ts";
import { type LoadedKey, loadNodeKey, readNodeKeyConfig } from "../../../../images/runtime/dbe/keys/load.ts";
import { DbeClient } from "../../../../images/runtime/dbe/local/client.ts";
import { DbeInbox, type Handler } from "../../../../images/runtime/dbe/local/inbox.ts";
import type { Log } from "../../../../images/runtime/log.ts";
import { freePort } from "../../../../infra/lab/free-port.ts";
import { certificate, keyId, newKey, type TestKey } from "./keys.ts";

export const DOMAIN = "fleet.test";
/** Device → node. */
const DEVICES = {
  "18": "node-a",
  "51": "node-a",
  "52": "node-a",
  "59": "node-a",
  "60": "node-a",
  "61": "node-a",
  "62": "node-a",
  "43": "node-b",
  "44": "node-b",
  "45": "node-b",
  "47": "node-b",
  "48": "node-b",
  "49": "node-b",
  "50": "node-b",
};

/** Links that notice a lost peer within a test's patience. */
const TIMINGS = { idleMs: 500, deadMs: 2000, tickMs: 100, backoffMostMs: 500, graceMs: 2000 };

export interface FolderFile {
  readonly device: number;
  readonly tenants: readonly string[] | "*";
}

/** Files of a fleet of two nodes in one folder, as the deployer lays them, and gateways that run on them. */
export class TestFleet {
  readonly dir: string;
  readonly root = newKey();
  readonly tenants = { alpha: newKey(), bravo: newKey(), charlie: newKey() };
  readonly officers = [newKey(), newKey()] as const;
  readonly nodes: Readonly<Record<string, TestKey>> = { "node-a": newKey(), "node-b": newKey() };
  private readonly ports = new Map<string, number>();
  private readonly open: { close(): unknown }[] = [];
  /** Each with what ends the watch over its certificates. */
  private readonly gateways = new Map<Gateway, AbortController>();

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(): Promise<TestFleet> {
    const fleet = new TestFleet(mkdtempSync("/tmp/dsmil-gateway-"));
    chmodSync(fleet.dir, 0o755);
    fleet.makeAuthority();
    for (const node of Object.keys(fleet.nodes)) {
      fleet.ports.set(node, await freePort());
      fleet.layNode(node);
    }
    for (const node of Object.keys(fleet.nodes)) {
      fleet.writeGatewayFile(node);
      for (const tenant of ["alpha", "bravo"] as const) fleet.writeTenant(node, tenant);
    }
    return fleet;
  }

  path(node: string, rest = ""): string {
    return `${this.dir}/${node}${rest}`;
  }

  /** Port on loopback where the node's peers come in. */
  port(node: string): number {
    return this.ports.get(node) ?? 0;
  }

  folder(node: string, container: string): string {
    return this.path(node, `/run/${container}`);
  }

  /** Variables that a gateway's container has. */
  variables(node: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      NODE_ID: node,
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "error",
      HTTP_PORT: "0",
      POLL_MS: "50",
      DBE_DIR: this.path(node, "/dbe"),
      PEER_KEYS_DIR: this.path(node, "/peer_keys"),
      FOLDERS_DIR: this.path(node, "/run"),
      FOLDERS_OWNER: String(process.getuid?.() ?? 0),
      CERTS_DIR: this.path(node, "/certs"),
      DBE_ADDRESS: "127.0.0.1",
      DBE_PORT: String(this.ports.get(node)),
      CONTROL_SOCKET: this.path(node, "/control/control.sock"),
      AUDIT_DIR: this.path(node, "/audit"),
      NODE_KEY_FILE: this.path(node, `/node_keys/${node}-mldsa87.key`),
      CA_FILE: `${this.dir}/ca.crt`,
      SECRETS_DIR: this.path(node, "/secrets"),
      POSTGRES_HOST: "localhost",
      DRAIN_SECONDS: "0",
      ...more,
    };
  }

  /** Starts a gateway in this process. @param changed what its key does otherwise */
  async start(
    node: string,
    store: AuditStore,
    more: Readonly<Record<string, string>> = {},
    changed: (key: LoadedKey) => LoadedKey = (key) => key,
  ): Promise<Gateway> {
    const [config, log] = [readConfig(this.variables(node, more)), quiet()];
    const key = changed(await loadNodeKey(readNodeKeyConfig(this.variables(node))));
    const stopping = new AbortController();
    const gateway = await Gateway.create({
      ...{ config, log, key, store, timings: TIMINGS },
      transport: (configuration, onRefused) =>
        openTransport({ config, configuration, onRefused, log }, stopping.signal),
    });
    await gateway.start();
    this.gateways.set(gateway, stopping);
    return gateway;
  }

  async stop(gateway: Gateway): Promise<void> {
    const stopping = this.gateways.get(gateway);
    if (stopping === undefined) return;
    this.gateways.delete(gateway);
    stopping.abort();
    await gateway.stop();
  }

  /** Lays a container's folder. */
  addFolder(node: string, container: string, { device, tenants }: FolderFile): string {
    const folder = this.folder(node, container);
    mkdirSync(folder, { recursive: true });
    const file = { container, service: container.replace(/-(alpha|bravo|charlie)$/, ""), device, tenants };
    this.write(`${folder}/identity.json`, `${JSON.stringify(file)}\n`);
    return folder;
  }

  client(node: string, container: string): DbeClient {
    const client = new DbeClient({ folder: this.folder(node, container) });
    this.open.push(client);
    return client;
  }

  async inbox(node: string, container: string, handlers: Readonly<Record<number, Handler>>): Promise<DbeInbox> {
    const inbox = new DbeInbox({ folder: this.folder(node, container), handlers, log: quiet(), skewMs: 0 });
    await inbox.listen();
    this.open.push(inbox);
    return inbox;
  }

  /** Lays a tenant's file on a node. */
  writeTenant(node: string, tenant: keyof TestFleet["tenants"], changes: object = {}): void {
    const officers = this.officers.map((key, i) => ({ id: keyId(key), publicKey: key.publicKey, person: `p${i}` }));
    const file = {
      tenant: tenant.toUpperCase(),
      roe_level: "SOC_ASSIST",
      compartments: ["SOC", "SIGNALS"],
      classification: "SECRET",
      certificate: certificate(this.root, "tenant", tenant, this.tenants[tenant]),
      officers,
      ...changes,
    };
    this.write(this.path(node, `/dbe/tenants/${tenant}/policy.json`), JSON.stringify(file));
  }

  removeTenant(node: string, tenant: string): void {
    rmSync(this.path(node, `/dbe/tenants/${tenant}`), { recursive: true });
  }

  writeGatewayFile(node: string, changes: object = {}): void {
    const peers = [...this.ports].map(([peer, port]) => ({ node: peer, address: "127.0.0.1", port }));
    const file = {
      ...{ node, domain: DOMAIN, transport: "tls", root: this.root.publicKey, peers, devices: DEVICES, revoked: [] },
      rotation: { seconds: 3600, messages: 1_000_000 },
      ...changes,
    };
    this.write(this.path(node, "/dbe/gateway.json"), JSON.stringify(file));
  }

  /** Lays a node's certificate, on itself and on its peers. @param facts what it says of the node's TPM */
  certify(node: string, facts: Readonly<Record<string, string>> = {}): void {
    const text = `${certificate(this.root, "node", node, this.nodes[node] as TestKey, facts)}\n`;
    this.write(this.path(node, `/node_keys/${node}-mldsa87.pub`), text);
    for (const peer of Object.keys(this.nodes)) {
      if (peer !== node) this.write(this.path(peer, `/peer_keys/${node}-mldsa87.pub`), text);
    }
  }

  /** Replaces a file in one step, as the deployer does. */
  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
  }

  async close(): Promise<void> {
    for (const gateway of this.gateways.keys()) await this.stop(gateway);
    for (const one of this.open) await one.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private layNode(node: string): void {
    for (const folder of ["dbe/tenants", "peer_keys", "run", "certs", "audit", "node_keys", "secrets"]) {
      mkdirSync(this.path(node, `/${folder}`), { recursive: true });
    }
    const key = this.nodes[node] as TestKey;
    const keyFile = this.path(node, `/node_keys/${node}-mldsa87.key`);
    writeFileSync(keyFile, Buffer.from(key.seed, "hex"), { mode: 0o600 });
    this.certify(node);
    writeFileSync(this.path(node, "/secrets/postgres_password"), `password-of-${node}\n`);
    this.issue(node);
  }

  private makeAuthority(): void {
    const subject = ["-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=test CA"];
    this.openssl("req", "-x509", ...EC, ...subject);
  }

  /** Lays a node's TLS certificate. @param named the node that it names */
  issue(node: string, named = node): void {
    const name = `${named}.${DOMAIN}`;
    const [key, request, out] = [`${node}/certs/tls.key`, `${node}/tls.csr`, `${node}/certs/tls.crt`];
    const names = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
    this.openssl("req", ...EC, "-keyout", key, "-out", request, ...names);
    const sign = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-copy_extensions", "copy"];
    this.openssl("x509", "-req", "-in", request, ...sign, "-out", out);
    execFileSync("cp", [`${this.dir}/ca.crt`, this.path(node, "/certs/ca.crt")]);
  }

  private openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.dir, stdio: "pipe" });
  }
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"];

export function quiet(): Log {
  return pino({ level: process.env.TEST_LOG_LEVEL ?? "fatal" });
}
