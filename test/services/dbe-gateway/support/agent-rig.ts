import { createAgent } from "../../../../images/l7-agent/src/app.ts";
import { readConfig as readAgentConfig } from "../../../../images/l7-agent/src/config.ts";
import { readConfig as readToolsConfig } from "../../../../images/l7-tools/src/config.ts";
import { ToolsService } from "../../../../images/l7-tools/src/service.ts";
import { tenantDecisions } from "../../../../images/runtime/policy/tenant-decisions.ts";
import { createPostgresPool } from "../../../../images/runtime/postgres-pool.ts";
import { tenantStop } from "../../../../images/runtime/stop/tenant-stop.ts";
import { TenantService } from "../../../../images/runtime/tenant-service.ts";
import { bundleTools } from "../../l7-tools/support.ts";
import { dataOf } from "../../policy/rig.ts";
import { until } from "../../support/fabric.ts";
import { quiet } from "./fleet.ts";
import { L9Rig } from "./l9-rig.ts";
import { API_KEYS, type Tenant } from "./soc-rig.ts";

/** What ALPHA may call; BRAVO may call nothing. */
export const ALPHA_TOOLS = ["decode", "extract_indicators", "ip_info", "search_knowledge"] as const;

/** What the API answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  readonly message: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many forms
  readonly body: any;
}

/** Agent runtimes of two tenants and the tool executor on node-b, beside all of `L9Rig`. */
export class AgentRig {
  readonly l9: L9Rig;
  readonly tools: ToolsService;
  private readonly stops: (() => Promise<void>)[] = [];
  readonly agents = {} as Record<Tenant, TenantService>;

  private constructor(l9: L9Rig, tools: ToolsService) {
    this.l9 = l9;
    this.tools = tools;
  }

  static async start(): Promise<AgentRig> {
    const l9 = await L9Rig.start();
    const { fleet } = l9.soc;
    l9.policies.lay("alpha", 2, dataOf("ALPHA", { tools: ALPHA_TOOLS }));
    l9.policies.lay("bravo", 2, dataOf("BRAVO", { tools: [] }));
    const config = readToolsConfig({
      ...{ NODE_ID: "node-b", HTTP_PORT: "0", LOG_LEVEL: "error", POLICY_POLL_MS: "50", TOOL_WALL_MS: "10000" },
      ...{ POLICY_DIR: l9.policies.tenants, POLICY_SHARED_DIR: l9.policies.rulesFolder },
      DBE_FOLDER: fleet.addFolder("node-b", "dsmil-l7-tools-1", { device: 49, tenants: "*" }),
      TOOLS_DIR: await bundleTools(`${fleet.dir}/tools`),
    });
    const rig = new AgentRig(l9, new ToolsService(config, quiet()));
    await rig.tools.start();
    for (const tenant of ["alpha", "bravo"] as const) await rig.startAgent(tenant);
    await until(async () => (await rig.get("alpha", "/v1/tools")).status === 200, 30_000);
    return rig;
  }

  async close(): Promise<void> {
    for (const stop of this.stops) await stop();
    await this.tools.stop();
    await this.l9.close();
  }

  post(tenant: Tenant, url: string, payload: object): Promise<ApiAnswer> {
    return this.asked(tenant, { method: "POST", url, payload });
  }

  get(tenant: Tenant, url: string): Promise<ApiAnswer> {
    return this.asked(tenant, { method: "GET", url });
  }

  /** Records of decisions about tools, oldest first. */
  async decisions(tenant: Tenant): Promise<readonly Record<string, unknown>[]> {
    return this.l9.soc.fabric.postgres.sql(`select request, allow, reasons, about, device, writer, seq
      from dsmil_${tenant}.decisions where decision = 'allow_tool' order by seq`);
  }

  private async asked(
    tenant: Tenant,
    request: { method: "GET" | "POST"; url: string; payload?: object },
  ): Promise<ApiAnswer> {
    const headers = { authorization: `Bearer ${API_KEYS[tenant]}` };
    const { statusCode, json } = await this.l9.soc.router.app.inject({ ...request, headers });
    const body = json();
    const { code = "", param = null, message = "" } = body.error ?? {};
    return { status: statusCode, code, param, message, body };
  }

  private async startAgent(tenant: Tenant): Promise<void> {
    const { soc, policies } = this.l9;
    const id = tenant.toUpperCase();
    const config = readAgentConfig({
      ...soc.fabric.variables,
      ...{ TENANT_ID: id, NODE_ID: "node-b", OFFICERS_POLL_MS: "50", POLICY_POLL_MS: "50" },
      ...{ POLICY_DIR: `${policies.tenants}/${tenant}`, POLICY_SHARED_DIR: policies.rulesFolder },
      OFFICERS_DIR: `${soc.fleet.dir}/officers/${tenant}`,
      DBE_FOLDER: soc.fleet.addFolder("node-b", `dsmil-l7-agent-${tenant}`, { device: 48, tenants: [id] }),
    });
    const service = new TenantService(config, quiet());
    const { postgres, policy } = config;
    const limits = { connections: 1, statementMs: 2000 };
    const questions = createPostgresPool(postgres, "agent-stop", quiet(), { ...limits, readOnly: true });
    const pool = createPostgresPool(postgres, "agent-decisions", quiet(), limits);
    const decisions = await tenantDecisions({ service, policy, pool, schema: postgres.schema });
    const stop = await tenantStop({ service, officers: config.officers, pool: questions, schema: postgres.schema });
    createAgent({ service, config, decisions, stop });
    await service.start([]);
    this.agents[tenant] = service;
    this.stops.push(async () => {
      await service.stop();
      await Promise.all([questions.end(), pool.end()]);
    });
  }
}
