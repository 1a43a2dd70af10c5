import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Redis } from "ioredis";
import { readConfig as readL3Config } from "../../../images/l3-router/src/config.ts";
import type { RedisConfig } from "../../../images/runtime/tenant-config.ts";
import { makeCertificates } from "./certificates.ts";
import { ModelFleet } from "./model-fleet.ts";
import { PostgresServer } from "./postgres-server.ts";
import { RedisServer } from "./redis-server.ts";
import { type Running, runService, type ServiceName } from "./run-service.ts";
import { tenantSchema } from "./tenant-schema.ts";

export type { Running };

const GROUPS = [
  ["L3_IN", "l3-router"],
  ["L4_IN", "l4-classifier"],
  ["L3_OUT", "l8-analytics"],
  ["L4_OUT", "l8-analytics"],
  ["REJECTS", "l8-analytics"],
  ["SOC_EVENTS", "dsmil"],
] as const;

/** Real stores with one tenant, ALPHA, to which others can be added, and the means to run its services in this process. */
export class Fabric {
  readonly dir: string;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly admin: Redis;
  /** Who signs the models that services of this fabric load. */
  readonly models: ModelFleet;
  /** Variables that a container of ALPHA has. */
  readonly variables: Readonly<Record<string, string>>;
  private readonly running = new Set<Running>();

  private constructor(dir: string, redis: RedisServer, postgres: PostgresServer, models: ModelFleet) {
    this.models = models;
    this.dir = dir;
    this.redis = redis;
    this.postgres = postgres;
    this.admin = redis.admin();
    this.variables = {
      NODE_ID: "node-a",
      TENANT_ID: "ALPHA",
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "error",
      HTTP_PORT: "0",
      CA_FILE: `${dir}/ca.crt`,
      SECRETS_DIR: `${dir}/secrets`,
      REDIS_HOST: "localhost",
      REDIS_PORT: String(redis.port),
      POSTGRES_HOST: "localhost",
      POSTGRES_PORT: String(postgres.port),
      HOTPATH_DIR: `${dir}/hotpath`,
      DBE_FOLDER: `${dir}/no-bus`,
      POLL_TIMEOUT: "500",
      MODELS_DIR: `${dir}/models`,
      MODELS_POLL_MS: "100",
      FLEET_ROOT_FILE: `${dir}/fleet-root.pub`,
    };
  }

  static async start(): Promise<Fabric> {
    const dir = mkdtempSync("/tmp/dsmil-fabric-");
    chmodSync(dir, 0o755);
    const certificates = makeCertificates(dir);
    mkdirSync(`${dir}/secrets`);
    const password = randomUUID();
    for (const name of ["redis_password", "postgres_password"])
      writeFileSync(`${dir}/secrets/${name}`, `${password}\n`);
    const [redis, postgres] = await Promise.all([
      RedisServer.start(`${dir}/redis`, certificates, password),
      PostgresServer.start(`${dir}/postgres`, certificates, password),
    ]);
    const fleet = new ModelFleet();
    fleet.writeRoot(`${dir}/fleet-root.pub`);
    fleet.write(`${dir}/models`);
    const fabric = new Fabric(dir, redis, postgres, fleet);
    await fabric.makeStreams();
    return fabric;
  }

  async makeStreams(tenant = "ALPHA"): Promise<void> {
    for (const [stream, group] of GROUPS)
      await this.admin.xgroup("CREATE", `${tenant}_${stream}`, group, "0", "MKSTREAM");
  }

  /** Gives the stores another tenant; returns what its services have instead of ALPHA's variables. */
  async addTenant(tenant: "BRAVO"): Promise<Readonly<Record<string, string>>> {
    const password = readFileSync(`${this.dir}/secrets/postgres_password`, "utf8").trim();
    await this.postgres.sql(tenantSchema(tenant.toLowerCase(), password));
    await this.makeStreams(tenant);
    return { TENANT_ID: tenant, HOTPATH_DIR: `${this.dir}/hotpath-${tenant}` };
  }

  /** What a service of ALPHA knows of Redis. */
  get redisConfig(): RedisConfig {
    return readL3Config(this.variables).redis;
  }

  /** Starts a service with the variables of a container, changed by `changes`. */
  async run(name: ServiceName, changes: Readonly<Record<string, string>> = {}): Promise<Running> {
    const variables = { ...this.variables, ...changes };
    const running = await runService(name, variables);
    const entry = { ...running, stop: () => this.stop(entry, running.stop) };
    this.running.add(entry);
    return entry;
  }

  /** Puts lines on a tenant's L3_IN as the ingest does; returns their event ids. */
  async send(
    lines: readonly string[],
    ids: readonly string[] = lines.map(() => randomUUID()),
    tenant = "ALPHA",
  ): Promise<readonly string[]> {
    const pipeline = this.admin.pipeline();
    const receivedAt = new Date().toISOString();
    lines.forEach((line, index) => {
      pipeline.xadd(
        `${tenant}_L3_IN`,
        "*",
        "event",
        JSON.stringify(ingestEvent(tenant, ids[index] ?? randomUUID(), line, receivedAt)),
      );
    });
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    return ids;
  }

  async count(table: "events" | "rejects", where = "true"): Promise<number> {
    const [row] = await this.postgres.sql(`select count(*)::int as n from dsmil_alpha.${table} where ${where}`);
    return Number(row?.n);
  }

  /** Entries of a group that are delivered and not acknowledged, and entries it has not seen. */
  async unfinished(stream: string, group: string): Promise<number> {
    const groups = (await this.admin.xinfo("GROUPS", `ALPHA_${stream}`)) as (string | number)[][];
    const found = groups.map(fieldsOf).find((fields) => fields.name === group);
    return Number(found?.pending ?? 0) + Number(found?.lag ?? 0);
  }

  /** Waits until no group has anything left to do; `except` names streams that nobody reads in this test. */
  async settled(except: readonly string[] = [], timeoutMs = 30_000): Promise<void> {
    const consumed = GROUPS.filter(([stream, group]) => group !== "dsmil" && !except.includes(stream));
    await until(async () => {
      const left = await Promise.all(consumed.map(([stream, group]) => this.unfinished(stream, group)));
      return left.every((count) => count === 0);
    }, timeoutMs);
  }

  /** Rotates the writer's password as the deployer does: in Redis, in the file; clients are cut off. */
  async changeRedisPassword(password: string): Promise<void> {
    await this.admin.call("ACL", "SETUSER", "alpha_writer", "resetpass", `>${password}`);
    writeFileSync(`${this.dir}/secrets/redis_password`, password);
    await this.admin.call("CLIENT", "KILL", "USER", "alpha_writer");
  }

  /** Stops what runs and empties the streams and the archive; brings up a store that a failed test left down. */
  async reset(): Promise<void> {
    await Promise.all([this.redis.up(), this.postgres.up()]);
    for (const one of this.running) await one.stop();
    await this.admin.flushall();
    await this.makeStreams();
    await this.postgres.sql("truncate dsmil_alpha.events, dsmil_alpha.rejects");
    rmSync(`${this.dir}/hotpath`, { recursive: true, force: true });
  }

  async stopAll(): Promise<void> {
    for (const one of this.running) await one.stop();
    this.admin.disconnect();
    await Promise.all([this.redis.down("SIGKILL"), this.postgres.down("SIGQUIT")]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async stop(entry: Running, stop: () => Promise<void>): Promise<void> {
    if (this.running.delete(entry)) await stop();
  }
}

/** Looks every 50 ms until `condition` holds; throws after `timeoutMs`. */
export async function until(condition: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`condition not met within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function ingestEvent(tenant_id: string, event_id: string, line: string, receivedAt: string) {
  const payload = { format: "auto", source: "test.log", line, received_at: receivedAt };
  return {
    event_id,
    tenant_id,
    ts: receivedAt,
    source_device: 0,
    source_layer: 2,
    category: "RAW",
    severity: "INFO",
    payload,
  };
}

function fieldsOf(flat: readonly (string | number)[]): Record<string, string | number> {
  const fields: Record<string, string | number> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[String(flat[index])] = flat[index + 1] ?? "";
  return fields;
}
