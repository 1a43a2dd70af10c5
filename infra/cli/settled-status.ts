import { setTimeout as sleep } from "node:timers/promises";
import type { Model } from "../model/types.ts";
import { projectRoot } from "./root.ts";
import { collectStatus } from "./status/collect.ts";
import type { FleetStatus } from "./status/types.ts";

/** Gateways that were replaced find each other again within seconds; a machine under load takes longer. */
const SETTLE_MS = 45_000;
const PAUSE_MS = 1000;

/**
 * The status once everything is healthy, or what it is when the time for that is over: what was just replaced is not
 * judged by its first moment.
 */
export async function settledStatus(model: Model): Promise<FleetStatus> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const status = await collectStatus(projectRoot, model);
    if (status.healthy || performance.now() > end) return status;
    await sleep(PAUSE_MS);
  }
}
