import { setTimeout as sleep } from "node:timers/promises";
import type { Look } from "./signs.ts";

/** As a table tells it. */
export const told = (seconds: number | null | undefined): string =>
  seconds === null ? "–" : seconds === undefined ? "not in time" : `${seconds.toFixed(1)} s`;

/** How long something took to come back, seconds from the blow; undefined: not within the time. */
export interface Recovery {
  readonly what: string;
  /** Until it said of itself that it is well. */
  readonly healthy: number | undefined;
  /** Until what it is for worked again; null: it has no sign of its own. */
  readonly flowing: number | null | undefined;
}

const PAUSE_MS = 250;
/** Questions to the API come no more often than this: a tenant may ask once a second. */
const SIGN_PAUSE_MS = 1500;

/** Times both looks from now on, side by side. @param limitMs after which a look counts as not come back */
export async function recovery(
  what: string,
  looks: { readonly healthy: Look; readonly flowing: Look | null; readonly sparing: boolean },
  limitMs: number,
  signal: AbortSignal,
): Promise<Recovery> {
  const begun = performance.now();
  const timed = async (look: Look, pauseMs: number): Promise<number | undefined> => {
    for (;;) {
      signal.throwIfAborted();
      if (await look().catch(() => false)) return (performance.now() - begun) / 1000;
      if (performance.now() - begun > limitMs) return undefined;
      await sleep(pauseMs, undefined, { signal });
    }
  };
  const [healthy, flowing] = await Promise.all([
    timed(looks.healthy, PAUSE_MS),
    looks.flowing && timed(looks.flowing, looks.sparing ? SIGN_PAUSE_MS : PAUSE_MS),
  ]);
  return { what, healthy, flowing };
}
