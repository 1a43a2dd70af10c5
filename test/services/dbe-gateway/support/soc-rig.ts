import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readConfig as readL7Config } from "../../../../images/l7-router/src/config.ts";
import { L7Service } from "../../../../images/l7-router/src/service.ts";
import type { Proposal } from "../../../../images/runtime/soc/proposal.ts";
import { Fabric, type Running, until } from "../../support/fabric.ts";
import { makeTrail } from "./audit-database.ts";
import { quiet, TestFleet } from "./fleet.ts";
import { bundleGateway, GatewayProcess } from "./gateway-process.ts";

const NODES = ["node-a", "node-b"] as const;
const TENANTS = ["alpha", "bravo"] as const;
export const API_KEYS = { alpha: "sk-alpha-0123456789", bravo: "sk-bravo-9876543210" } as const;
export type Tenant = keyof typeof API_KEYS;

const ssh = (address: string, user: string): string =>
  `Nov 23 12:34:56 web-1 sshd[1234]: Failed password for invalid user ${user} from ${address} port 51234 ssh2`;

/**
 * The services of two tenants on real stores on node-a, the L7 router on node-b, and a gateway process each between them.
 * Three events of each tenant went through all layers: the first two from one address, the second by a user named as the
 * tenant is.
 */
export class SocRig {
  readonly fleet: TestFleet;
  readonly fabric: Fabric;
  readonly processes: Readonly<Record<(typeof NODES)[number], GatewayProcess>>;
  readonly router: L7Service;
  readonly analytics = {} as Record<Tenant, Running>;
  /** Ids of the tenants' events. */
  readonly events = {} as Record<Tenant, readonly string[]>;

  private constructor(fleet: TestFleet, fabric: Fabric, program: string) {
    this.fleet = fleet;
    this.fabric = fabric;
    const stores = { POSTGRES_PORT: String(fabric.postgres.port), CA_FILE: `${fabric.dir}/ca.crt` };
    const gateway = (node: string): GatewayProcess => new GatewayProcess(fleet, node, program, stores);
    this.processes = { "node-a": gateway("node-a"), "node-b": gateway("node-b") };
    const variables = { NODE_ID: "node-b", HTTP_PORT: "0", API_KEYS_POLL_MS: "50", LOG_LEVEL: "error" };
    const folders = { API_KEYS_DIR: `${fleet.dir}/tenants`, DBE_FOLDER: fleet.folder("node-b", "dsmil-l7-router") };
    const paces = { everyMs: 2000, retryMs: 100, lookMs: 50 };
    this.router = new L7Service(readL7Config({ ...variables, ...folders }), quiet(), paces);
  }

  static async start(): Promise<SocRig> {
    const [fleet, fabric] = await Promise.all([TestFleet.create(), Fabric.start()]);
    const rig = new SocRig(fleet, fabric, await bundleGateway(`${fleet.dir}/main.js`));
    const bravo = await fabric.addTenant("BRAVO");
    await makeTrail(fabric.postgres, NODES);
    // The trail closes the database to all who are not named.
    await fabric.postgres.sql("grant connect on database dsmil to alpha_app, bravo_app");
    fleet.addFolder("node-b", "dsmil-l7-router", { device: 43, tenants: "*" });
    for (const tenant of TENANTS) await rig.startTenant(tenant, tenant === "alpha" ? {} : bravo);
    await Promise.all(NODES.map((node) => rig.processes[node].up()));
    await rig.router.start();
    await until(async () => rig.status() === "healthy" && rig.checks().bus === "reached", 30_000);
    return rig;
  }

  async close(): Promise<void> {
    await this.router.stop();
    for (const process of Object.values(this.processes)) await process.end("SIGTERM");
    await this.fabric.stopAll();
    await this.fleet.close();
  }

  /** Asks the API as the tenant. */
  async enrich(tenant: Tenant, payload: object): Promise<{ status: number; code: string; answer: Proposal }> {
    const headers = { authorization: `Bearer ${API_KEYS[tenant]}` };
    const asked = { method: "POST", url: "/v1/soc/enrich", headers, payload } as const;
    const { statusCode, json } = await this.router.app.inject(asked);
    return { status: statusCode, code: json().error?.code ?? "", answer: json() };
  }

  /** Status and code of a refusal. */
  async codeOf(tenant: Tenant, payload: object): Promise<readonly [status: number, code: string]> {
    const { status, code } = await this.enrich(tenant, payload);
    return [status, code];
  }

  status(): string {
    return this.router.health.report().status;
  }

  checks(): Readonly<Record<string, string | number | boolean>> {
    return this.router.health.report().checks;
  }

  /** Reports of the L7 router on HEALTH_EVENTS, oldest first. */
  async reports(): Promise<readonly Record<string, unknown>[]> {
    const entries = await this.fabric.admin.xrange("HEALTH_EVENTS", "-", "+");
    return entries
      .map(([, fields]) => JSON.parse(fields[1] ?? "{}") as Record<string, unknown>)
      .filter(({ service }) => service === "l7-router");
  }

  tenantFile(tenant: Tenant, name: string): string {
    return `${this.fleet.dir}/tenants/${tenant}/${name}`;
  }

  putSeed(tenant: Tenant, seed = this.fleet.tenants[tenant].seed): void {
    const file = this.tenantFile(tenant, "signing_seed");
    rmSync(file, { force: true });
    writeFileSync(file, `${seed}\n`);
    chmodSync(file, 0o400);
  }

  private async startTenant(tenant: Tenant, own: Readonly<Record<string, string>>): Promise<void> {
    const { fabric, fleet } = this;
    const id = tenant.toUpperCase();
    mkdirSync(`${fleet.dir}/tenants/${tenant}`, { recursive: true });
    const keys = [{ name: "default", sha256: createHash("sha256").update(API_KEYS[tenant]).digest("hex") }];
    fleet.write(this.tenantFile(tenant, "api_keys.json"), JSON.stringify({ tenant: id, keys }));
    this.putSeed(tenant);
    const folder = fleet.addFolder("node-a", `dsmil-l8-analytics-${tenant}`, { device: 52, tenants: [id] });
    for (const name of ["l3", "l4"] as const) await fabric.run(name, own);
    this.analytics[tenant] = await fabric.run("l8", { ...own, DBE_FOLDER: folder });
    const lines = [ssh("203.0.113.7", "Oracle"), ssh("203.0.113.7", tenant), ssh("203.0.113.8", "nobody")];
    this.events[tenant] = await fabric.send(lines, undefined, id);
    await until(async () => (await fabric.admin.xlen(`${id}_SOC_EVENTS`)) === lines.length);
  }
}
