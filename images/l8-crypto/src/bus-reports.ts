import { readdir } from "node:fs/promises";
import type { Bus } from "../../runtime/bus/bus.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import type { CheckResult, Health } from "../../runtime/health.ts";
import { HealthChanges } from "../../runtime/health-changes.ts";
import { healthEvent } from "../../runtime/health-event.ts";
import type { Identity } from "../../runtime/identity.ts";
import type { Log } from "../../runtime/log.ts";

export interface BusReportsParts {
  readonly bus: Bus;
  /** Folder with a folder a tenant. */
  readonly tenantsDir: string;
  readonly health: Health;
  readonly identity: Identity;
  readonly log: Log;
}

const SOC_ROUTER = 52;
const EVERY_MS = 60_000;
const DEADLINE_MS = 5000;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
const MOST_TENANTS = 1000;

/** Tells this service's health to the SOC router of each tenant, which puts it on HEALTH_EVENTS: there is no Redis here. */
export class BusReports {
  private readonly parts: BusReportsParts;
  private readonly changes: HealthChanges;
  private due = 0;
  private state: CheckResult = { value: "not deployed", ok: true };

  constructor(parts: BusReportsParts) {
    this.parts = parts;
    this.changes = new HealthChanges(parts.log);
  }

  /** For /health. */
  check(): CheckResult {
    return this.state;
  }

  /** Tells where a minute is over or the status is another one; never throws. */
  async tell(now = Date.now()): Promise<void> {
    const { bus, health, identity, tenantsDir } = this.parts;
    const report = health.report();
    if (!this.changes.note(report) && now < this.due) return;
    this.due = now + EVERY_MS;
    if (!(await bus.isDeployed())) return;
    const tenants = await readdir(tenantsDir).catch(() => []);
    const payload = Buffer.from(healthEvent(identity, report));
    const failed: string[] = [];
    const asked = tenants.filter((name) => TENANT.test(name)).slice(0, MOST_TENANTS);
    for (const tenant of asked) {
      const message = { type: TYPES.HEALTH, tenant: tenant.toUpperCase(), destination: SOC_ROUTER, payload };
      await bus.send({ ...message, deadlineMs: DEADLINE_MS }).catch((error: Error) => {
        failed.push(`${tenant.toUpperCase()}: ${(error as { reason?: string }).reason ?? error.message}`);
      });
    }
    // One tenant that does not take reports is no fault of the bus; that nobody takes them is.
    this.state = { value: failed[0] ?? "reached", ok: failed.length === 0 || failed.length < asked.length };
  }
}
