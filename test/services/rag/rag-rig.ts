import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { pino } from "pino";
import { createRag } from "../../../images/l7-rag/src/app.ts";
import { readConfig } from "../../../images/l7-rag/src/config.ts";
import { TenantService } from "../../../images/runtime/tenant-service.ts";
import { qdrantTenantCollectionsOn } from "../../../infra/provider/resources/qdrant-tenant-collections/handler.ts";
import { type Qdrant, qdrantStore } from "../../../infra/provider/stores/qdrant.ts";
import { recordedContext } from "../../provider/context.ts";
import { type LocalServer, startQdrant } from "../../provider/stores/servers.ts";
import { KEYS, L7Rig, type Tenant } from "../l7/rig.ts";
import { makeCertificates } from "../support/certificates.ts";
import { until } from "../support/fabric.ts";
import { RedisServer } from "../support/redis-server.ts";
import { layEncoder, theEncoder } from "./encoder-files.ts";

/** What a route of the API answered. */
export interface Told {
  readonly status: number;
  readonly body: Record<string, unknown> & {
    readonly error?: { readonly code: string; readonly param: string | null };
  };
}

/** The rig of Layer 7 with the RAG engine of both tenants, the real encoder, and the project's Qdrant with their collections. */
export class RagRig {
  readonly l7: L7Rig;
  readonly qdrant: LocalServer;
  readonly services = new Map<Tenant, TenantService>();
  private readonly dir: string;
  private readonly redis: RedisServer;
  private readonly store = qdrantStore();

  private constructor(dir: string, l7: L7Rig, qdrant: LocalServer, redis: RedisServer) {
    this.dir = dir;
    this.l7 = l7;
    this.qdrant = qdrant;
    this.redis = redis;
  }

  static async start(): Promise<RagRig> {
    const dir = mkdtempSync("/tmp/dsmil-rag-");
    chmodSync(dir, 0o755);
    const certificates = makeCertificates(dir);
    const model = await theEncoder();
    const l7 = await L7Rig.start();
    const [qdrant, redis] = [await startQdrant(), await RedisServer.start(`${dir}/redis`, certificates, "of-a-test")];
    writeFileSync(`${dir}/authorities.crt`, `${readFileSync(`${dir}/ca.crt`, "utf8")}${qdrant.ca}`);
    const rig = new RagRig(dir, l7, qdrant, redis);
    layEncoder(`${dir}/models`, model, l7.fleet.root.seed);
    for (const tenant of ["alpha", "bravo"] as const) {
      await rig.makeCollections(tenant);
      await rig.serve(tenant);
    }
    return rig;
  }

  /** Starts a tenant's RAG engine in this process. @param changes to its variables */
  async serve(tenant: Tenant, changes: Readonly<Record<string, string>> = {}): Promise<TenantService> {
    await this.services.get(tenant)?.stop();
    const prefix = tenant.toUpperCase();
    const container = `dsmil-l7-rag-${tenant}`;
    const config = readConfig({
      ...{ NODE_ID: "node-b", TENANT_ID: prefix, LOG_LEVEL: "error", HTTP_PORT: "0", POLL_TIMEOUT: "500" },
      ...{ CA_FILE: `${this.dir}/authorities.crt`, SECRETS_DIR: `${this.dir}/${tenant}` },
      ...{ REDIS_HOST: "localhost", REDIS_PORT: String(this.redis.port) },
      QDRANT_URL: `https://localhost:${this.qdrant.port}`,
      ...{ MODELS_DIR: `${this.dir}/models`, MODELS_POLL_MS: "100", FLEET_ROOT_FILE: `${this.l7.fleet.dir}/root.pub` },
      DBE_FOLDER: this.l7.fleet.addFolder("node-b", container, { device: 50, tenants: [prefix] }),
      ...changes,
    });
    const service = new TenantService(config, pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }));
    this.services.set(tenant, service);
    createRag(service, config);
    await service.start([]);
    await until(async () => service.health.report().checks.bus === "listening");
    if (Object.keys(changes).length > 0) return service;
    await until(async () => String(service.health.report().checks.model).startsWith("l7-encoder"), 30_000);
    return service;
  }

  /** Asks the API with a tenant's key, or another token. */
  async ask(
    method: string,
    path: string,
    { tenant = "alpha", body, token }: { tenant?: Tenant; body?: unknown; token?: string } = {},
  ): Promise<Told> {
    const headers = { authorization: `Bearer ${token ?? KEYS[tenant]}`, "content-type": "application/json" };
    const response = await fetch(`${this.l7.routers[0].url}${path}`, {
      ...{ method, headers: body === undefined ? { authorization: headers.authorization } : headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Told["body"] };
  }

  /** Qdrant as its administrator sees it. */
  admin<T>(work: (client: Qdrant) => Promise<T>): Promise<T> {
    return this.store.use(
      recordedContext((node) => this.qdrant.connect(node)),
      "node-c",
      work,
    );
  }

  /** Points of a tenant's knowledge base. */
  async points(tenant: Tenant): Promise<number> {
    const path = `/collections/${tenant}_knowledge_base/points/count`;
    const { count } = (await this.admin((client) => client.call("POST", path, { exact: true }))) as { count: number };
    return count;
  }

  secret(tenant: Tenant, name: string): string {
    return `${this.dir}/${tenant}/${name}`;
  }

  get models(): string {
    return `${this.dir}/models`;
  }

  async close(): Promise<void> {
    for (const service of this.services.values()) await service.stop();
    await this.l7.close();
    await this.store.close();
    await this.qdrant.stop();
    await this.redis.down("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async makeCollections(tenant: Tenant): Promise<void> {
    const collections = ["events", "knowledge_base", "chat_history"].map((name) => ({
      ...{ name: `${tenant}_${name}`, size: 384, distance: "Cosine" },
    }));
    const context = recordedContext((node) => this.qdrant.connect(node));
    const handler = qdrantTenantCollectionsOn(this.store);
    const { token } = await handler.reconcile({ node: "node-c", tenant, collections }, undefined, context);
    mkdirSync(`${this.dir}/${tenant}`);
    writeFileSync(this.secret(tenant, "qdrant_token"), token);
    writeFileSync(this.secret(tenant, "redis_password"), "of-a-test");
  }
}
