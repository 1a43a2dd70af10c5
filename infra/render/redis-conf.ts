import type { Model } from "../model/types.ts";
import { containerOf } from "./container-of.ts";
import { renderTemplate } from "./template.ts";

/** redis.conf. Depends on the service's own limits only: tenants come and go at run time. */
export function renderRedisConf(model: Pick<Model, "containers">): string {
  const { memoryMiB, health } = containerOf(model, "redis");
  return renderTemplate("redis/redis.conf", {
    port: health.port,
    memoryMiB,
    maxMemoryMiB: Math.floor(memoryMiB * 0.75),
  });
}
