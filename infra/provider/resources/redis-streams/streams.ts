import type { Redis } from "ioredis";
import { type RedisCommand, transaction } from "../../stores/redis.ts";
import type { RedisStream } from "./args.ts";

/** A declared stream beside the real one. */
export interface ObservedStream {
  readonly wanted: RedisStream;
  /** Groups it has; `undefined`: there is no such key. */
  readonly groups: readonly string[] | undefined;
}

/**
 * The streams as they are, and the server's time in ms (the clock that entry ids are made of), in one round trip.
 * @throws Error naming a key that holds something other than a stream
 */
export async function observe(
  client: Redis,
  streams: readonly RedisStream[],
): Promise<{ readonly streams: readonly ObservedStream[]; readonly now: number }> {
  const [time, ...replies] = await transaction(client, [
    ["TIME"],
    ...streams.map(({ key }) => ["XINFO", "GROUPS", key] as const),
  ]);
  if (time instanceof Error) throw time;
  const [seconds, micros] = (time as string[]).map(Number) as [number, number];
  return {
    now: seconds * 1000 + Math.floor(micros / 1000),
    streams: streams.map((wanted, i) => ({ wanted, groups: groupNames(wanted.key, replies[i]) })),
  };
}

function groupNames(key: string, reply: unknown): string[] | undefined {
  if (reply instanceof Error) {
    if (/no such key/i.test(reply.message)) return undefined;
    if (/WRONGTYPE/.test(reply.message)) throw new Error(`key ${key} holds no stream: rename or delete it by hand`);
    throw reply;
  }
  // Each group is a flat list of pairs, the name first.
  return (reply as string[][]).map((group) => String(group[group.indexOf("name") + 1]));
}

/** Declared groups that are not there. */
export const missingGroups = ({ wanted, groups }: ObservedStream): string[] =>
  wanted.groups.filter((group) => !groups?.includes(group));

/** What makes a stream complete. */
export function completion(stream: ObservedStream): RedisCommand[] {
  const { key } = stream.wanted;
  const create = (group: string): RedisCommand => ["XGROUP", "CREATE", key, group, "0", "MKSTREAM"];
  const missing = missingGroups(stream);
  if (missing.length > 0 || stream.groups !== undefined) return missing.map(create);
  // A stream without groups comes to be by way of one.
  return [create("dsmil-creation"), ["XGROUP", "DESTROY", key, "dsmil-creation"]];
}

/** Drops what is older than the stream keeps; `~` lets the server keep what shares a block with newer entries. */
export const trim = ({ key, retentionSeconds }: RedisStream, now: number): RedisCommand[] =>
  retentionSeconds > 0 ? [["XTRIM", key, "MINID", "~", String(now - retentionSeconds * 1000)]] : [];

/**
 * Deletes keys, all or none, in one step on the server, so that no entry slips in between looking and deleting.
 * KEYS[…]: keys. ARGV[1]: prefix of further keys to delete, or "". ARGV[2]: "1" when data may be lost.
 * Returns the keys that were in the way, as `key` and how much it holds.
 */
const dropScript = `
local keys = {}
for _, key in ipairs(KEYS) do keys[#keys + 1] = key end
if ARGV[1] ~= '' then
  for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do keys[#keys + 1] = key end
end
local held, seen = {}, {}
for _, key in ipairs(keys) do
  local kind = redis.call('TYPE', key)['ok']
  local size = 0
  if kind == 'stream' then size = redis.call('XLEN', key) elseif kind ~= 'none' then size = -1 end
  if size ~= 0 and not seen[key] then
    held[#held + 1] = key
    held[#held + 1] = size
  end
  seen[key] = true
end
if #held > 0 and ARGV[2] ~= '1' then return held end
for key, _ in pairs(seen) do redis.call('UNLINK', key) end
return {}
`;

/**
 * Deletes streams, and with `prefix` every other key that begins with it.
 * @returns what holds data and kept everything from being deleted; empty: all is gone
 */
export async function dropStreams(
  client: Redis,
  keys: readonly string[],
  prefix: string,
  allowDataLoss: boolean,
): Promise<string[]> {
  const reply = (await client.eval(dropScript, keys.length, ...keys, prefix, allowDataLoss ? "1" : "0")) as unknown[];
  return reply.flatMap((key, i) => {
    if (i % 2 !== 0) return [];
    const size = Number(reply[i + 1]);
    return [size < 0 ? `key ${String(key)}` : `stream ${String(key)} (${size} entries)`];
  });
}

/** All streams whose key begins with the prefix. */
export async function streamsWithPrefix(client: Redis, prefix: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = "0";
  do {
    const [next, keys] = (await client.call(
      "SCAN",
      cursor,
      "MATCH",
      `${prefix}*`,
      "COUNT",
      "1000",
      "TYPE",
      "stream",
    )) as [string, string[]];
    for (const key of keys) found.add(key);
    cursor = next;
  } while (cursor !== "0");
  return [...found].toSorted();
}
