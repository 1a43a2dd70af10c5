import type { Redis } from "ioredis";
import type { Health } from "./health.ts";
import { HealthChanges } from "./health-changes.ts";
import { healthEvent } from "./health-event.ts";
import { appendHealth } from "./health-stream.ts";
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

/**
 * Publishes the health report every minute, and at once when the status has changed, until `signal` aborts; logs each
 * change. An outage of Redis costs the reports of that time, nothing else.
 */
export async function publishHealth(options: HealthPublisherOptions, signal: AbortSignal): Promise<void> {
  const { redis, key, health, identity, log, everyMs = 60_000, lookMs = 2000 } = options;
  const changes = new HealthChanges(log);
  let due = 0;
  while (!signal.aborted) {
    const report = health.report();
    if (changes.note(report) || Date.now() >= due) {
      due = Date.now() + everyMs;
      await appendHealth(redis, key, healthEvent(identity, report)).catch((error: Error) =>
        log.debug({ stream: key, reason: error.message }, "health report not published"),
      );
    }
    await pause(changes.isStarting ? 200 : lookMs, signal);
  }
}
