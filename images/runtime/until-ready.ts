import type { Redis } from "ioredis";
import { pause } from "./pause.ts";

/** Waits until the connection can take commands or `signal` aborts; looks every 50 ms. */
export async function untilReady(redis: Redis, signal: AbortSignal): Promise<void> {
  while (redis.status !== "ready" && !signal.aborted) await pause(50, signal);
}
