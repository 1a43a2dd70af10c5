import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { pause } from "../../runtime/pause.ts";
import type { ShipperConfig } from "./config.ts";
import { Containers } from "./containers.ts";
import { Positions } from "./positions.ts";
import { Pump } from "./pump.ts";
import { PushClient } from "./push/push-client.ts";
import { ShipperMetrics } from "./shipper-metrics.ts";

/** What Loki takes while we stop is not to be sent again. */
const GRACE_MS = 3000;
const SAVE_MS = 1000;
/** A look at the folder that is older than this is a fault. */
const STALE_MS = 30_000;

/** Ships the logs of this node's containers to Loki, by the gate before it. */
export class LogShipper {
  readonly health: Health;
  private readonly config: ShipperConfig;
  private readonly log: Log;
  private readonly http: ReturnType<typeof createHttp>;
  private readonly metrics: ShipperMetrics;
  private readonly positions: Positions;
  private readonly containers: Containers;
  private readonly client: PushClient;
  private readonly pumps = new Map<string, Pump>();
  private readonly stopping = new AbortController();
  /** Ends pushes that are under way. */
  private readonly givingUp = new AbortController();
  private readonly running: Promise<void>[] = [];
  private lookedAt = 0;
  private problem = "not looked yet";

  constructor(config: ShipperConfig, log: Log) {
    const { identity, containersDir, positionsDir, gateUrl, certsDir, caFile } = config;
    this.config = config;
    this.log = log;
    const metrics = new Metrics(identity);
    this.metrics = new ShipperMetrics(metrics.registry);
    this.health = new Health(identity);
    this.health.add({ name: "engine_files", weight: "critical", read: () => this.looked() });
    this.health.add({ name: "loki", weight: "warning", read: () => this.taken() });
    this.http = createHttp({ health: this.health, metrics, log });
    this.positions = new Positions(positionsDir);
    this.client = new PushClient({ url: gateUrl, certsDir, caFile });
    this.containers = new Containers({
      dir: containersDir,
      node: identity.node,
      positions: this.positions,
      log,
      losses: {
        lost: (reason, lines, { tenant, container }, unknown) => this.lost(reason, lines, tenant, container, unknown),
      },
    });
  }

  /** @returns the port that it listens on */
  async start(): Promise<number> {
    if (!(await this.positions.load()))
      this.log.warn("positions cannot be read; what the engine still has is shipped again");
    await this.look();
    const { signal } = this.stopping;
    this.running.push(this.lookAgain(signal), this.saveAgain(signal));
    await this.http.listen({ host: "0.0.0.0", port: this.config.identity.httpPort });
    const address = this.http.server.address();
    this.log.info({ containers: this.containers.all.size }, "started");
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const timer = setTimeout(() => this.givingUp.abort(), GRACE_MS);
    await Promise.all(this.running);
    clearTimeout(timer);
    await this.positions.save();
    await this.containers.close();
    this.client.close();
    await this.http.close();
  }

  private async lookAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.config.lookMs, signal);
      if (!signal.aborted) await this.look();
    }
  }

  private async look(): Promise<void> {
    try {
      await this.containers.look();
      this.metrics.kept.set(await this.containers.keepAtMost(this.config.keptBytes));
      this.lookedAt = performance.now();
      this.problem = "";
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.problem) this.log.error({ err: error }, "the engine's folder cannot be read");
      this.problem = message;
    }
    for (const { labels } of this.containers.all.values()) this.pumpOf(labels.tenant);
  }

  private async saveAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(SAVE_MS, signal);
      // Not saved is shipped again after a crash; Loki knows the lines.
      await this.positions.save().catch((error: Error) => this.log.error({ err: error }, "positions not saved"));
    }
  }

  private pumpOf(tenant: string): void {
    if (this.pumps.has(tenant)) return;
    const pump = new Pump({
      tenant,
      logs: () => [...this.containers.all].filter(([, { labels }]) => labels.tenant === tenant),
      push: (body) => this.client.push(body, this.givingUp.signal),
      positions: this.positions,
      metrics: this.metrics,
      log: this.log,
    });
    this.pumps.set(tenant, pump);
    this.running.push(pump.run(this.stopping.signal));
  }

  private lost(reason: "rotated" | "broken", lines: number, tenant: string, container: string, unknown = false): void {
    if (lines === 0) return;
    this.metrics.lost.inc({ tenant, reason }, lines);
    const why =
      reason === "rotated" ? "lines were rotated away before they were read" : "lines are none of an engine's";
    this.log.error({ container, reason, [unknown ? "at_least" : "lines"]: lines }, why);
  }

  private looked() {
    if (this.problem !== "") return { value: this.problem.slice(0, 200), ok: false };
    const ok = performance.now() - this.lookedAt < STALE_MS;
    return { value: ok ? "ok" : "not looked at for long", ok };
  }

  private taken() {
    const problem = [...this.pumps.values()].find((pump) => pump.problem !== "")?.problem;
    return problem === undefined ? { value: "ok", ok: true } : { value: problem.slice(0, 200), ok: false };
  }
}
