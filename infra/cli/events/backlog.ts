import type { Redis } from "ioredis";
import type { Endpoints } from "../stores/endpoints.ts";
import { connectRedis, type RedisLogin } from "../stores/redis-client.ts";

/** Entries a consumer group may be behind before sending pauses. */
export const MAX_BACKLOG = 50_000;

/**
 * How many entries of a stream its groups have yet to finish: what the slowest has not read, and what it has read but
 * not acknowledged. The stream's length says nothing of that, as entries stay for their retention. `undefined` when
 * Redis does not answer or cannot tell (a stream with deleted entries).
 */
export class Backlog {
  private readonly endpoints: Endpoints;
  private readonly login: RedisLogin;
  private redis: Redis | undefined;

  constructor(endpoints: Endpoints, login: RedisLogin) {
    this.endpoints = endpoints;
    this.login = login;
  }

  async of(key: string): Promise<number | undefined> {
    try {
      this.redis ??= await connectRedis(await this.endpoints.get("redis"), this.login);
      return slowest((await this.redis.call("XINFO", "GROUPS", key)) as unknown[][]);
    } catch {
      this.close();
      return undefined;
    }
  }

  close(): void {
    this.redis?.disconnect();
    this.redis = undefined;
  }
}

/** The largest `lag + pending` of XINFO GROUPS. */
export function slowest(groups: readonly (readonly unknown[])[]): number | undefined {
  const behind = groups.map((fields) => {
    const value = (name: string): unknown => fields[fields.indexOf(name) + 1];
    const lag = value("lag");
    return typeof lag === "number" ? lag + Number(value("pending")) : undefined;
  });
  const known = behind.filter((n) => n !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
