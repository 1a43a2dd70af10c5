import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import pino from "pino";
import { readConfig as readL7Config } from "../../../images/l7-router/src/config.ts";
import { L7Service } from "../../../images/l7-router/src/service.ts";
import { readConfig as readShrinkConfig } from "../../../images/shrink/src/config.ts";
import { Shrink } from "../../../images/shrink/src/service.ts";
import { httpsRequest } from "../../../infra/cli/stores/https-request.ts";
import { Credentials } from "../../../infra/isolation/drivers/credentials.ts";
import type { Doors, HttpsCall } from "../../../infra/isolation/drivers/doors.ts";
import { FleetProber } from "../../../infra/isolation/drivers/prober.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { runPlan } from "../../../infra/isolation/run.ts";
import type { AttemptResult, Layer } from "../../../infra/isolation/types.ts";
import { loadModel } from "../../../infra/model/load.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import type { TenantSecrets } from "../../../infra/stacks/outputs.ts";
import { Fabric, until } from "../support/fabric.ts";
import { IngestProcess } from "../support/ingest-process.ts";
import { runHere } from "./run-here.ts";

export const LAYERS: readonly Layer[] = ["api", "jwt", "chat", "ingest", "shrink"];
const TENANTS = ["alpha", "bravo"] as const;
type Tenant = (typeof TENANTS)[number];

const model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const quiet = () => pino({ level: "silent" });

/** The L7 router, SHRINK and both tenants' ingests as they run on the nodes, and the proof of isolation against them. */
export class FrontRig {
  readonly secrets: Readonly<Record<Tenant, TenantSecrets>>;
  readonly root = generate();
  private readonly dir = mkdtempSync("/tmp/dsmil-front-");
  private readonly fabric: Fabric;
  private readonly ingests: Readonly<Record<Tenant, IngestProcess>>;
  private readonly router: L7Service;
  private readonly shrink: Shrink;
  private shrinkPort = 0;

  private constructor(fabric: Fabric) {
    this.fabric = fabric;
    this.secrets = { alpha: secretsOf("alpha"), bravo: secretsOf("bravo") };
    this.ingests = { alpha: new IngestProcess(fabric, "alpha"), bravo: new IngestProcess(fabric, "bravo") };
    writeFileSync(`${this.dir}/root.pub`, `${this.root.publicKey}\n`);
    for (const file of ["tls.crt", "tls.key"]) copyFileSync(`${fabric.dir}/${file}`, `${this.dir}/${file}`);
    for (const tenant of TENANTS) this.lay(tenant);
    const l7 = { API_KEYS_DIR: `${this.dir}/l7`, API_KEYS_POLL_MS: "50", FLEET_ROOT_FILE: `${this.dir}/root.pub` };
    const bus = { DBE_FOLDER: `${this.dir}/no-bus`, NODE_ID: "node-b", HTTP_PORT: "0" };
    this.router = new L7Service(readL7Config({ ...l7, ...bus }), quiet());
    const folders = { CERTS_DIR: this.dir, TENANTS_DIR: `${this.dir}/shrink`, SOCKETS_DIR: `${this.dir}/sockets` };
    const ports = { NODE_ID: "node-a", HTTP_PORT: "0", SHRINK_PORT: "0", TENANTS_POLL_MS: "50" };
    this.shrink = new Shrink(readShrinkConfig({ ...ports, ...folders }), quiet());
  }

  static async start(): Promise<FrontRig> {
    const rig = new FrontRig(await Fabric.start());
    // A start that fails must leave no process behind.
    await rig.up().catch(async (error: unknown) => {
      await rig.close();
      throw error;
    });
    return rig;
  }

  private async up(): Promise<void> {
    const bravo = await this.fabric.addTenant("BRAVO");
    await Promise.all([this.ingests.alpha.start(), this.ingests.bravo.start(bravo)]);
    await this.router.start();
    this.shrinkPort = (await this.shrink.start()).api;
  }

  async close(): Promise<void> {
    await Promise.all(TENANTS.map((tenant) => this.ingests[tenant].end("SIGTERM")));
    await Promise.allSettled([this.router.stop(), this.shrink.stop()]);
    await this.fabric.stopAll();
    rmSync(this.dir, { recursive: true });
  }

  /** Everything that is tried here, with what came of it. */
  async prove(): Promise<AttemptResult[]> {
    const sources = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] } as const;
    const whole = planIsolation(model, { nonce: "0badcafe", sourcesOf: () => sources });
    const attempts = whole.attempts.filter((a) => LAYERS.includes(a.layer));
    const admin = { redis: "unused", postgres: "unused", qdrant: "unused" };
    const prober = new FleetProber(this.doors(), new Credentials({ stack: this.secrets, node: {}, admin }));
    return runPlan({ attempts, setup: [], teardown: [] }, prober);
  }

  /** Lines that the nodes hold or handed on, of both tenants. */
  async lines(): Promise<number> {
    const waiting = TENANTS.map(async (tenant) => Number((await this.ingests[tenant].health()).buffer_events));
    const streams = ["ALPHA_L3_IN", "BRAVO_L3_IN"].map((key) => this.fabric.admin.xlen(key));
    return (await Promise.all([...waiting, ...streams])).reduce((sum, n) => sum + n, 0);
  }

  /** Lays a tenant's files as the deployer does, each with what `others` says in its place. */
  lay(tenant: Tenant, others: Partial<Pick<TenantSecrets, "tokens" | "apiKeys" | "signing">> = {}): void {
    const { tokens, apiKeys, signing } = { ...this.secrets[tenant], ...others };
    const keys = Object.entries(apiKeys).map(([name, key]) => ({ name, sha256: sha256(key) }));
    this.write(`l7/${tenant}/api_keys.json`, JSON.stringify({ tenant: tenant.toUpperCase(), keys }));
    this.write(`l7/${tenant}/certificate.json`, issue(this.root.seed, "tenant", tenant, signing.publicKey));
    this.write(`shrink/${tenant}/token_sha256`, sha256(tokens.shrink));
    mkdirSync(`${this.dir}/sockets/${tenant}`, { recursive: true });
    this.ingests[tenant].setToken(tokens.ingest);
  }

  /** Waits until a probe of the attempt that begins with `id` is answered by `answer`: files are looked at now and then. */
  async until(id: string, answer: string): Promise<void> {
    await until(async () => (await this.prove()).some((r) => r.id.startsWith(id) && r.actual.class === answer));
  }

  private write(path: string, text: string): void {
    const file = `${this.dir}/${path}`;
    mkdirSync(resolve(file, ".."), { recursive: true });
    rmSync(file, { force: true });
    writeFileSync(file, text);
    chmodSync(file, 0o444);
  }

  private doors(): Doors {
    const none = () => Promise.reject(new Error("not here"));
    const https: Doors["https"] = (server, call) => this.https(server, call);
    return { redis: none, postgres: none, reach: none, https, exec: (_node, argv) => this.exec(argv) };
  }

  /** Runs what would run in a tenant's container here, at its folder. */
  private async exec([, , container = "", ...argv]: readonly string[]) {
    const folder = `${this.dir}/sockets/${container.replace(/^.*-/, "")}`;
    return runHere(argv, { "/run/shrink": folder });
  }

  private async https(server: string, call: HttpsCall): Promise<{ status: number; body: string }> {
    if (server === "haproxy") return this.front(call);
    const tenant = server.split(":")[1] as Tenant | undefined;
    const ca = readFileSync(`${this.fabric.dir}/ca.crt`, "utf8");
    const shrink = { host: "127.0.0.1", port: this.shrinkPort, servername: "localhost", ca };
    return httpsRequest(tenant ? this.ingests[tenant].endpoint : shrink, call);
  }

  /** HAProxy only passes on what it gets. */
  private async front({ method, path, headers, body }: HttpsCall): Promise<{ status: number; body: string }> {
    const address = this.router.app.server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const all = { ...headers, ...(body !== undefined && { "content-type": "application/json" }) };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: all, ...sent });
    return { status: answer.status, body: await answer.text() };
  }
}

function secretsOf(tenant: string): TenantSecrets {
  const { seed, publicKey } = generate();
  const secret = (what: string): string => sha256(`${tenant} ${what}`);
  return {
    redis: {},
    postgres: { app: "", reader: "" },
    qdrantToken: "",
    apiKeys: { default: `sk-${tenant}-${secret("key").slice(0, 40)}` },
    tokens: { ingest: secret("ingest"), shrink: secret("shrink") },
    signing: { seed, publicKey, certificate: "" },
  };
}
