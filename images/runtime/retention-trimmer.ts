import type { Redis } from "ioredis";
import type { Log } from "./log.ts";
import { pause } from "./pause.ts";

/** A stream and how long its entries are kept. */
export interface Retention {
  readonly key: string;
  readonly seconds: number;
}

/**
 * Drops entries older than their retention, once a minute until `signal` aborts. Whole macro nodes only (`~`), so an
 * entry can stay a little longer. Failures are logged and tried again a minute later.
 */
export async function trimByRetention(
  redis: Redis,
  streams: readonly Retention[],
  log: Log,
  signal: AbortSignal,
  everyMs = 60_000,
): Promise<void> {
  while (!signal.aborted) {
    // Up to a quarter earlier or later, so that the services of a tenant do not trim in step.
    await pause(everyMs * (0.75 + Math.random() / 2), signal);
    if (signal.aborted) return;
    for (const { key, seconds } of streams) {
      try {
        const dropped = await redis.xtrim(key, "MINID", "~", `${Date.now() - seconds * 1000}-0`);
        if (dropped > 0) log.info({ stream: key, dropped, retentionSeconds: seconds }, "stream trimmed");
      } catch (error) {
        log.warn({ stream: key, err: error }, "stream could not be trimmed; next try in a minute");
      }
    }
  }
}
