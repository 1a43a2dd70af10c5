import type { Redis } from "ioredis";
import { transaction } from "../../stores/redis.ts";
import type { RedisUser } from "./args.ts";
import { parseUser, passwordHash, probe, type ServerUser } from "./user.ts";

/** A declared user beside the real one. */
export interface ObservedUser {
  readonly wanted: RedisUser;
  /** As it is; `undefined`: there is none. */
  readonly found: ServerUser | undefined;
  /** What is wrong with it: `missing`, `rules`, `password`, `enabled`. Empty: nothing. */
  readonly wrong: readonly ("missing" | "rules" | "password" | "enabled")[];
}

export interface Observation {
  readonly users: readonly ObservedUser[];
  /** Users of the tenant that nobody declared. */
  readonly extra: readonly string[];
}

/**
 * Compares declared users with the server's, in one round trip and at a cost that does not grow with the number of
 * other tenants. The server itself is the judge of rules: it gets each user's rules for a user that exists only within
 * the transaction, and both are compared in its own wording.
 * @throws Error naming the user whose rules the server does not take
 */
export async function observe(client: Redis, users: readonly RedisUser[], tenant?: string): Promise<Observation> {
  const probes = users.map(({ rules }) => probe(rules));
  const replies = await transaction(client, [
    ["ACL", "USERS"],
    ...users.map(({ name }) => ["ACL", "GETUSER", name] as const),
    ...probes.map(({ make }) => make),
    ...probes.map(({ name }) => ["ACL", "GETUSER", name] as const),
    ["ACL", "DELUSER", ...(probes.length > 0 ? probes.map(({ name }) => name) : ["probe:none"])],
  ]);
  const [names, ...rest] = replies;
  if (names instanceof Error) throw names;
  const declared = new Set(users.map(({ name }) => name));
  const own = (name: string): boolean => tenant !== undefined && name.startsWith(`${tenant}_`);
  return {
    extra: (names as string[]).filter((name) => own(name) && !declared.has(name)),
    users: users.map((wanted, i) => {
      const [found, made, canonical] = [0, 1, 2].map((part) => rest[part * users.length + i]);
      if (made instanceof Error) {
        throw new Error(`users[${JSON.stringify(wanted.name)}].rules: Redis does not take them: ${made.message}`);
      }
      return compare(wanted, parseUser(found), parseUser(canonical));
    }),
  };
}

function compare(wanted: RedisUser, found: ServerUser | undefined, canonical: ServerUser | undefined): ObservedUser {
  if (found === undefined) return { wanted, found, wrong: ["missing"] };
  const wrong: ObservedUser["wrong"][number][] = [];
  if (found.rules !== canonical?.rules) wrong.push("rules");
  if (found.open || found.hashes.join() !== passwordHash(wanted.password)) wrong.push("password");
  if (!found.enabled) wrong.push("enabled");
  return { wanted, found, wrong };
}
