import { randomBytes } from "node:crypto";
import { Agent } from "node:http";
import { createCoa } from "../../../../images/l9-coa/src/app.ts";
import { type CoaConfig, readConfig as readCoaConfig } from "../../../../images/l9-coa/src/config.ts";
import { createCoalition } from "../../../../images/l9-coalition/src/app.ts";
import { readConfig as readCoalitionConfig } from "../../../../images/l9-coalition/src/config.ts";
import { createNc3 } from "../../../../images/l9-nc3/src/app.ts";
import { readConfig as readNc3Config } from "../../../../images/l9-nc3/src/config.ts";
import { GateLog } from "../../../../images/l9-nc3/src/gate-log.ts";
import { createStrategy } from "../../../../images/l9-strategy/src/app.ts";
import { readConfig as readStrategyConfig } from "../../../../images/l9-strategy/src/config.ts";
import { requestDigest } from "../../../../images/runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../../../images/runtime/dbe/codec/constants.ts";
import { decodeLocal, encodeLocal } from "../../../../images/runtime/dbe/codec/local.ts";
import { reasonName, typeName } from "../../../../images/runtime/dbe/codec/names.ts";
import type { Envelope } from "../../../../images/runtime/dbe/codec/types.ts";
import { postFrame } from "../../../../images/runtime/dbe/local/post-frame.ts";
import { tenantDecisions } from "../../../../images/runtime/policy/tenant-decisions.ts";
import { createPostgresPool } from "../../../../images/runtime/postgres-pool.ts";
import type { CoaAnswer } from "../../../../images/runtime/soc/coa.ts";
import { tenantStop } from "../../../../images/runtime/stop/tenant-stop.ts";
import { TenantService } from "../../../../images/runtime/tenant-service.ts";
import { PolicyRig, rules } from "../../policy/rig.ts";
import { quiet } from "./fleet.ts";
import { certificate, keyId, newKey, signatureOf, type TestKey } from "./keys.ts";
import { API_KEYS, SocRig, type Tenant } from "./soc-rig.ts";

const GATE = 61;

/** A service of Layer 9 that runs in this process. */
export interface RunningL9 {
  readonly service: TenantService;
  stop(): Promise<void>;
}

/** An answer of the API. */
export interface Asked<T> {
  readonly status: number;
  /** Of a refusal. */
  readonly code: string;
  readonly answer: T;
}

/** What may be wrong about an NC3 query. */
export interface QueryChanges {
  readonly messageId?: Buffer;
  readonly body?: object;
  readonly signers?: readonly TestKey[];
  readonly tlvs?: object;
}

/** Hex digits for a request that is signed, and when it ends. */
export const life = () => ({
  expires_at: new Date(Date.now() + 60_000).toISOString(),
  nonce: randomBytes(16).toString("hex"),
});

/** The services of Layer 9 of two tenants beside all of `SocRig`, with signed policies and the tenants' officers. */
export class L9Rig {
  readonly soc: SocRig;
  readonly policies: PolicyRig;
  readonly coa = {} as Record<Tenant, RunningL9>;
  readonly gates = {} as Record<Tenant, RunningL9>;
  readonly strategy = {} as Record<Tenant, RunningL9>;
  readonly coalition = {} as Record<Tenant, RunningL9>;
  /** Keys for bundles. */
  readonly bundleKeys = { alpha: newKey(), bravo: newKey() };

  private constructor(soc: SocRig, policies: PolicyRig) {
    this.soc = soc;
    this.policies = policies;
  }

  static async start(): Promise<L9Rig> {
    const rig = new L9Rig(await SocRig.start(), new PolicyRig(await rules()));
    for (const tenant of ["alpha", "bravo"] as const) {
      rig.policies.lay(tenant, 1);
      rig.putOfficers(tenant);
      const tenants = [tenant.toUpperCase()];
      rig.soc.fleet.addFolder("node-a", `dsmil-l9-coa-${tenant}`, { device: 59, tenants });
      rig.soc.fleet.addFolder("node-a", `dsmil-l9-strategy-${tenant}`, { device: 60, tenants });
      rig.soc.fleet.addFolder("node-a", `dsmil-l9-coalition-${tenant}`, { device: 62, tenants });
      rig.soc.fleet.addFolder("node-a", `dsmil-l9-nc3-${tenant}`, { device: GATE, tenants });
      rig.coa[tenant] = await rig.startCoa(tenant);
      rig.layPartners(tenant, []);
      rig.coalition[tenant] = await rig.startCoalition(tenant);
      rig.strategy[tenant] = await rig.startStrategy(tenant);
      rig.gates[tenant] = await rig.startGate(tenant);
    }
    return rig;
  }

  async close(): Promise<void> {
    const all = [this.coa, this.strategy, this.coalition, this.gates].flatMap((one) => Object.values(one));
    for (const one of all) await one.stop();
    await this.soc.close();
    this.policies.remove();
  }

  async startCoa(tenant: Tenant): Promise<RunningL9> {
    const config = readCoaConfig(this.deciding(tenant, "coa"));
    const { service, pools, ...parts } = await decidingParts(config);
    createCoa({ service, config, ...parts });
    return started(service, pools);
  }

  async startStrategy(tenant: Tenant): Promise<RunningL9> {
    const config = readStrategyConfig(this.deciding(tenant, "strategy"));
    const { service, pools, ...parts } = await decidingParts(config);
    createStrategy({ service, config, ...parts });
    return started(service, pools);
  }

  async startCoalition(tenant: Tenant): Promise<RunningL9> {
    const folder = { COALITION_DIR: this.coalitionFolder(tenant), COALITION_POLL_MS: "50" };
    const config = readCoalitionConfig({ ...this.deciding(tenant, "coalition"), ...folder });
    const { service, pools, ...parts } = await decidingParts(config);
    await createCoalition({ service, config, ...parts });
    return started(service, pools);
  }

  /** Lays what the deployer lays for coalition intelligence: the tenant's partners, and its key for bundles. */
  layPartners(tenant: Tenant, partners: readonly object[]): void {
    const [key, folder] = [this.bundleKeys[tenant], this.coalitionFolder(tenant)];
    const { fleet } = this.soc;
    const text = JSON.stringify({ tenant: tenant.toUpperCase(), domain: "dsmil.example", partners });
    fleet.write(`${folder}/signing_seed`, key.seed);
    fleet.write(`${folder}/certificate`, certificate(fleet.root, "signer", `coalition-${tenant}`, key));
    fleet.write(`${folder}/partners.json`, text);
  }

  private coalitionFolder(tenant: Tenant): string {
    return `${this.soc.fleet.dir}/coalition/${tenant}`;
  }

  async startGate(tenant: Tenant): Promise<RunningL9> {
    const dir = `${this.soc.fleet.dir}/officers/${tenant}`;
    const config = readNc3Config({ ...this.variables(tenant, "nc3"), OFFICERS_DIR: dir, OFFICERS_POLL_MS: "50" });
    const service = new TenantService(config, quiet());
    const pool = createPostgresPool(config.postgres, "nc3", quiet(), { connections: 1, statementMs: 2000 });
    await createNc3({ service, config, pool });
    return started(service, [pool]);
  }

  /** The audit log as another gate of the tenant would use it. */
  gateLog(tenant: Tenant): { readonly log: GateLog; end(): Promise<void> } {
    const { postgres } = readNc3Config(this.variables(tenant, "nc3"));
    const pool = createPostgresPool(postgres, "nc3-second", quiet(), { connections: 2, statementMs: 5000 });
    return { log: new GateLog(pool, postgres.schema, "second"), end: () => pool.end() };
  }

  /** Lays the tenant's officers for its gate; the gateways have theirs from `TestFleet`. */
  putOfficers(tenant: Tenant, keys: readonly TestKey[] = this.soc.fleet.officers): void {
    const officers = keys.map((key, i) => ({ id: keyId(key), publicKey: key.publicKey, person: `p${i}` }));
    const text = JSON.stringify({ tenant: tenant.toUpperCase(), officers });
    this.soc.fleet.write(`${this.soc.fleet.dir}/officers/${tenant}/officers.json`, text);
  }

  /** Asks the API as the tenant for courses of action. */
  ask(tenant: Tenant, payload: object): Promise<Asked<CoaAnswer>> {
    return this.post<CoaAnswer>(tenant, "/v1/soc/coa", payload);
  }

  /** Asks the API as the tenant. */
  async post<T>(tenant: Tenant, url: string, payload: object): Promise<Asked<T>> {
    const headers = { authorization: `Bearer ${API_KEYS[tenant]}` };
    const { statusCode, json } = await this.soc.router.app.inject({ method: "POST", url, headers, payload });
    return { status: statusCode, code: json().error?.code ?? "", answer: json() };
  }

  /** An NC3 query of ALPHA that two officers signed, as it stands in front of the gate. */
  query({ body = {}, ...rest }: QueryChanges = {}): Promise<Envelope> {
    return this.signed(TYPES.L9_NC3_QUERY, { query: "status", ...life(), ...body }, rest);
  }

  /** An order about ALPHA's emergency stop; without signers nobody signed it. */
  order(body: object, signers: readonly TestKey[] = []): Promise<Envelope> {
    return this.signed(TYPES.L9_STOP_REQ, body, { signers });
  }

  private async signed(type: number, body: object, changes: Omit<QueryChanges, "body">): Promise<Envelope> {
    const { messageId = randomBytes(16), signers = this.soc.fleet.officers, tlvs = {} } = changes;
    const bare: Envelope = {
      ...{ type, flags: 0, messageId, source: 0, destination: GATE, timestamp: Date.now() },
      ...{ tlvs: { tenantId: "ALPHA" }, payload: Buffer.from(JSON.stringify(body)) },
    };
    const [signatureA, signatureB] = await Promise.all(signers.map((key) => signatureOf(key, bare)));
    const own = { roeTokenId: 0x8000 + 3 * GATE, requestDigest: requestDigest(bare) };
    const signatures = { ...(signatureA && { signatureA }), ...(signatureB && { signatureB }) };
    return { ...bare, tlvs: { ...bare.tlvs, deadlineMs: 5000, ...own, ...signatures, ...tlvs } };
  }

  /**
   * Past all gateways, straight to the gate, as one that was taken over would do.
   * @returns the name of the answer's type, or the reason of a refusal; and its payload
   */
  async straight(query: Envelope): Promise<{ readonly name: string; readonly payload: string }> {
    const agent = new Agent();
    const socket = `${this.soc.fleet.folder("node-a", "dsmil-l9-nc3-alpha")}/inbox.sock`;
    const answer = decodeLocal(await postFrame(agent, socket, encodeLocal(query), AbortSignal.timeout(10_000)));
    agent.destroy();
    const name = answer.type === TYPES.ERROR ? reasonName(answer.tlvs.reason ?? 0) : typeName(answer.type);
    return { name: name ?? "", payload: answer.payload.toString("utf8") };
  }

  /** Sends it as the operator of a node does: over both gateways where the node is not the gate's. */
  async send(query: Envelope, node: "node-a" | "node-b" = "node-b"): Promise<Record<string, unknown>> {
    const { type, tlvs, messageId, payload } = query;
    const probe = {
      type,
      tenant: tlvs.tenantId,
      destination: GATE,
      message_id: messageId.toString("hex"),
      payload: payload.toString("utf8"),
      signature_a: tlvs.signatureA?.toString("hex"),
      signature_b: tlvs.signatureB?.toString("hex"),
    };
    return (await this.soc.processes[node].ctl("send", JSON.stringify(probe))).out;
  }

  private deciding(tenant: Tenant, name: string): Readonly<Record<string, string>> {
    return {
      ...this.variables(tenant, name),
      POLICY_DIR: `${this.policies.tenants}/${tenant}`,
      POLICY_SHARED_DIR: this.policies.rulesFolder,
      POLICY_POLL_MS: "50",
      OFFICERS_DIR: `${this.soc.fleet.dir}/officers/${tenant}`,
      OFFICERS_POLL_MS: "50",
    };
  }

  private variables(tenant: Tenant, name: string): Readonly<Record<string, string>> {
    const container = `dsmil-l9-${name}-${tenant}`;
    const folder = this.soc.fleet.folder("node-a", container);
    return { ...this.soc.fabric.variables, TENANT_ID: tenant.toUpperCase(), DBE_FOLDER: folder };
  }
}

/** A service that asks its tenant's archive and policy, as its main.ts makes it. */
async function decidingParts(config: CoaConfig) {
  const service = new TenantService(config, quiet());
  const { postgres, policy, identity } = config;
  const limits = { connections: 1, statementMs: 2000 };
  const questions = createPostgresPool(postgres, `${identity.service}-questions`, quiet(), {
    ...limits,
    readOnly: true,
  });
  const pool = createPostgresPool(postgres, `${identity.service}-decisions`, quiet(), limits);
  const decisions = await tenantDecisions({ service, policy, pool, schema: postgres.schema });
  const stop = await tenantStop({ service, officers: config.officers, pool: questions, schema: postgres.schema });
  return { service, questions, decisions, stop, pools: [questions, pool] };
}

async function started(service: TenantService, pools: readonly { end(): Promise<void> }[]): Promise<RunningL9> {
  await service.start([]);
  return {
    service,
    stop: async () => {
      await service.stop();
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}
