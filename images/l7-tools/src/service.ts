import { access } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import { type CheckResult, Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { policiesPlace } from "../../runtime/policy/policy-config.ts";
import { TenantPolicies } from "../../runtime/policy/tenant-policies.ts";
import { toolsInbox } from "./app.ts";
import { CATALOGUE, programOf } from "./catalogue.ts";
import type { ToolsConfig } from "./config.ts";
import { Executor } from "./executor.ts";
import { InputCheck } from "./input-check.ts";
import { Lanes } from "./lanes.ts";
import { runSandboxed } from "./sandbox/sandbox.ts";

/** Runs at a time, and how many wait; half of the queue is the most of one tenant. */
const LANES = { running: 2, waiting: 16, waitingEach: 8 };

/** The tool executor (device 49), for all tenants. */
export class ToolsService {
  readonly health: Health;
  readonly http: FastifyInstance;
  private readonly config: ToolsConfig;
  private readonly policies: TenantPolicies;
  private readonly inbox: ReturnType<typeof toolsInbox>;
  private readonly stopping = new AbortController();
  private loops: readonly Promise<void>[] = [];
  private programs: CheckResult = { value: "not looked at", ok: false };

  constructor(config: ToolsConfig, log: Log) {
    const { identity, policy, busFolder, toolsDir, wallMs } = config;
    this.config = config;
    this.health = new Health(identity);
    const metrics = new Metrics(identity);
    this.http = createHttp({ health: this.health, metrics, log });
    this.policies = new TenantPolicies(policiesPlace(policy), log);
    const executor = new Executor({
      tools: CATALOGUE,
      inputs: new InputCheck(CATALOGUE),
      policyOf: (tenant) => this.policies.of(tenant),
      lanes: new Lanes(LANES),
      run: ({ tool, input }, signal) => runSandboxed(`${toolsDir}/${programOf(tool)}`, input, signal, { wallMs }),
    });
    this.inbox = toolsInbox({ executor, busFolder, metrics, log });
    this.health.add({ name: "policies", weight: "warning", read: () => this.policies.check() });
    this.health.add({ name: "programs", weight: "critical", read: () => this.programs });
    this.health.add({ name: "bus", weight: "warning", read: () => this.inbox.check() });
  }

  /** Reads the policies, then listens; returns the HTTP port. */
  async start(): Promise<number> {
    const { identity, policy } = this.config;
    const { signal } = this.stopping;
    await this.policies.look();
    await this.findPrograms();
    await this.http.listen({ host: "0.0.0.0", port: identity.httpPort });
    this.loops = [this.policies.run(policy.pollMs, signal), this.inbox.run(signal)];
    const address = this.http.server.address();
    return typeof address === "object" && address ? address.port : identity.httpPort;
  }

  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    await Promise.all(this.loops);
    await this.http.close();
  }

  /** They are in the image: none can come later. */
  private async findPrograms(): Promise<void> {
    const missing: string[] = [];
    for (const { name } of CATALOGUE) {
      await access(`${this.config.toolsDir}/${programOf(name)}`).catch(() => missing.push(name));
    }
    const value = missing.length === 0 ? CATALOGUE.length : `no program of ${missing.join(", ")}`;
    this.programs = { value, ok: missing.length === 0 };
  }
}
