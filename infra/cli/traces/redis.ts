import type { Redis } from "ioredis";
import { HEALTH_STREAM } from "../../model/names.ts";
import { redis } from "../../provider/stores/redis.ts";
import { lookingContext } from "./context.ts";
import type { NameMatcher, Trace } from "./trace.ts";

/** Users, keys, consumer groups, channels and connections in Redis, and entries of the stream that all share. */
export function tracesInRedis(node: string, name: NameMatcher): Promise<Trace[]> {
  const place = `redis on ${node}`;
  return redis.look(lookingContext(), node, async (client) => {
    const users = ((await client.call("ACL", "LIST")) as string[]).filter(name.matches);
    const keys = await scan(client);
    const groups = await groupsOf(client, keys);
    const clients = String(await client.call("CLIENT", "LIST"))
      .split("\n")
      .filter(name.matches);
    const channels = ((await client.call("PUBSUB", "CHANNELS")) as string[]).filter(name.matches);
    const shared = await sharedEntries(client, name);
    return [
      ...users.map((rule) => ({ place, what: `user ${rule.split(" ")[1]}` })),
      ...keys.filter(name.matches).map((key) => ({ place, what: `key ${key}` })),
      ...groups.filter(name.matches).map((group) => ({ place, what: `consumer group ${group}` })),
      ...clients.map((line) => ({
        place,
        what: `connection ${/ name=(\S*)/.exec(line)?.[1]} of ${/ user=(\S+)/.exec(line)?.[1]}`,
      })),
      ...channels.map((channel) => ({ place, what: `channel ${channel}` })),
      ...(shared > 0 ? [{ place, what: `${shared} entries of ${HEALTH_STREAM}`, history: true }] : []),
    ];
  });
}

async function scan(client: Redis): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await client.scan(cursor, "COUNT", 1000);
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== "0");
  return [...keys].sort();
}

/** `STREAM: group` of every stream. */
async function groupsOf(client: Redis, keys: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of keys) {
    if ((await client.type(key)) !== "stream") continue;
    for (const group of (await client.call("XINFO", "GROUPS", key)) as unknown[][]) {
      found.push(`${key}: ${String(group[group.indexOf("name") + 1])}`);
    }
  }
  return found;
}

/** Counts over the newest 10,000. */
async function sharedEntries(client: Redis, name: NameMatcher): Promise<number> {
  const entries = (await client.call("XREVRANGE", HEALTH_STREAM, "+", "-", "COUNT", 10_000)) as [string, string[]][];
  return entries.filter(([, fields]) => name.matches(fields.join(" "))).length;
}
