import type { Endpoints } from "../stores/endpoints.ts";
import { connectRedis, type RedisLogin } from "../stores/redis-client.ts";
import type { AppendConnection } from "./sender.ts";

/** A connection to Redis that pipelines XADDs: one round trip a batch. */
export async function openAppendConnection(endpoints: Endpoints, login: RedisLogin): Promise<AppendConnection> {
  const redis = await connectRedis(await endpoints.get("redis"), login);
  return {
    async append(key, events) {
      const pipeline = redis.pipeline();
      // NOMKSTREAM: a stream that is missing has no group either, and its entries would never be read.
      for (const { json } of events) pipeline.call("XADD", key, "NOMKSTREAM", "*", "event", json);
      const replies = (await pipeline.exec()) ?? [];
      return events.map((_, i) => {
        const [error, id] = replies[i] ?? [new Error("connection lost"), null];
        if (error) return error;
        return typeof id === "string" ? id : new Error(`stream ${key} does not exist yet`);
      });
    },
    close: () => redis.disconnect(),
  };
}
