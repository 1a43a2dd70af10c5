import type { Redis } from "ioredis";
import type { Health, HealthReport } from "./health.ts";
import type { Identity } from "./identity.ts";
import type { Log } from "./log.ts";
import { pause } from "./pause.ts";

export interface HealthPublisherOptions {
  readonly redis: Redis;
  /** Stream key, shared by the fleet: HEALTH_EVENTS. */
  readonly key: string;
  readonly health: Health;
  readonly identity: Identity;
  readonly log: Log;
  /** Time between two reports while nothing changes, milliseconds (default 60,000; Phase 9 §4.2). */
  readonly everyMs?: number;
  /** Time between two looks at the checks, milliseconds (default 2,000). */
  readonly lookMs?: number;
}

/** Reports of the fleet are kept for a day. */
const KEPT_MS = 86_400_000;

/**
 * Publishes the health report every minute, and at once when the status has changed, until `signal` aborts; logs each
 * change. An outage of Redis costs the reports of that time, nothing else.
 */
export async function publishHealth(options: HealthPublisherOptions, signal: AbortSignal): Promise<void> {
  const { health, log, everyMs = 60_000, lookMs = 2000 } = options;
  let before: string = "starting";
  let due = 0;
  while (!signal.aborted) {
    const report = health.report();
    const changed = report.status !== before;
    // A service that has just begun is not ill: its connections are on their way.
    if (changed && !(before === "starting" && report.status === "unhealthy")) {
      const line = { from: before, to: report.status, checks: report.checks };
      if (report.status === "healthy") log.info(line, "health changed");
      else log.warn(line, "health changed");
      before = report.status;
    }
    if (changed || Date.now() >= due) {
      due = Date.now() + everyMs;
      await publish(options, report);
    }
    await pause(before === "starting" ? 200 : lookMs, signal);
  }
}

async function publish({ redis, key, identity, log }: HealthPublisherOptions, report: HealthReport): Promise<void> {
  const { service, node, tenant } = identity;
  const event = JSON.stringify({ service, node, ...(tenant && { tenant_id: tenant }), ...report });
  try {
    await redis.xadd(key, "MINID", "~", `${Date.now() - KEPT_MS}-0`, "*", "event", event);
  } catch (error) {
    log.debug({ stream: key, reason: (error as Error).message }, "health report not published");
  }
}
