import type { Redis } from "ioredis";

/** Reports of the fleet are kept for a day. */
const KEPT_MS = 86_400_000;

/** Appends a report to the stream HEALTH_EVENTS, which the fleet shares. Throws when Redis does not take it. */
export async function appendHealth(redis: Redis, key: string, event: string): Promise<void> {
  await redis.xadd(key, "MINID", "~", `${Date.now() - KEPT_MS}-0`, "*", "event", event);
}
