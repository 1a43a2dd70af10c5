import type { Redis } from "ioredis";
import { jsonObject } from "../../../runtime/json-object.ts";
import { toEntries } from "../../../runtime/stream-entry.ts";

/** Entries that are looked at at most; with more to do, the oldest of these are what matters. */
const MOST = 50_000;
const PAGE = 500;

/**
 * Ids of events that a consumer group has still to finish: they will be judged, so that nothing may be learned of them
 * before. Throws while Redis is away.
 */
export async function unfinishedIds(redis: Redis, key: string, group: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let from = await firstUnfinished(redis, key, group);
  for (let read = 0; read < MOST; read += PAGE) {
    const raw = await redis.xrange(key, from, "+", "COUNT", PAGE);
    for (const { event } of toEntries(key, raw, () => 1)) {
      const id = jsonObject(event ?? "")?.event_id;
      if (typeof id === "string") ids.add(id);
    }
    const last = raw.at(-1);
    if (raw.length < PAGE || !last) return ids;
    from = `(${last[0]}`;
  }
  return ids;
}

/** The oldest entry that is in flight, else the one behind the last that was delivered, as XRANGE takes it. */
async function firstUnfinished(redis: Redis, key: string, group: string): Promise<string> {
  const [, least] = (await redis.call("XPENDING", key, group)) as [number, string | null, ...unknown[]];
  if (least !== null) return least;
  const groups = (await redis.call("XINFO", "GROUPS", key)) as readonly (readonly unknown[])[];
  const found = groups.find((one) => one[one.indexOf("name") + 1] === group);
  const last = found?.[found.indexOf("last-delivered-id") + 1];
  if (typeof last !== "string") throw new Error(`${key} has no group ${group}`);
  return `(${last}`;
}
