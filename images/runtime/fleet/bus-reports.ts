import { readdir } from "node:fs/promises";
import type { Bus } from "../bus/bus.ts";
import { TYPES } from "../dbe/codec/constants.ts";
import { DEVICES } from "../devices.ts";
import type { CheckResult, Health } from "../health.ts";
import { HealthChanges } from "../health-changes.ts";
import { healthEvent } from "../health-event.ts";
import type { Identity } from "../identity.ts";
import type { Log } from "../log.ts";

export interface BusReportsParts {
  readonly bus: Bus;
  /** Folder with a folder a tenant. */
  readonly tenantsDir: string;
  readonly health: Health;
  readonly identity: Identity;
  readonly log: Log;
}

const EVERY_MS = 60_000;
/** Time to the next try where nobody took a report, and how many of these make a fault. */
const RETRY_MS = 5000;
const FAULT_FROM = 6;
const DEADLINE_MS = 5000;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
const MOST_TENANTS = 1000;
/** Tenants that one line of the log names. */
const MOST_NAMED = 100;

/**
 * Tells this service's health to the SOC router of each tenant, which puts it on HEALTH_EVENTS: there is no Redis here. All
 * tenants get the same report, so no check may name one of them; names are for the log.
 */
export class BusReports {
  private readonly parts: BusReportsParts;
  private readonly changes: HealthChanges;
  private due = 0;
  private unheard = 0;
  private named = "";
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
      const message = { type: TYPES.HEALTH, tenant: tenant.toUpperCase(), destination: DEVICES.socRouter, payload };
      await bus.send({ ...message, deadlineMs: DEADLINE_MS }).catch((error: Error) => {
        failed.push(`${tenant.toUpperCase()}: ${(error as { reason?: string }).reason ?? error.message}`);
      });
    }
    // One tenant that does not take reports is no fault of the bus, nor are tenants that only come or go; that nobody
    // takes them for half a minute is.
    const nobody = failed.length > 0 && failed.length === asked.length;
    this.unheard = nobody ? this.unheard + 1 : 0;
    if (nobody) this.due = now + RETRY_MS;
    const many = `${failed.length} of ${asked.length} tenants take no reports`;
    this.state = { value: failed.length === 0 ? "reached" : many, ok: this.unheard < FAULT_FROM };
    this.name(failed);
  }

  /** Logs who does not take reports, and why, when that changes. */
  private name(failed: readonly string[]): void {
    const named = failed.join(", ");
    if (named !== this.named && named !== "")
      this.parts.log.warn({ failed: failed.slice(0, MOST_NAMED) }, "reports not taken");
    this.named = named;
  }
}
