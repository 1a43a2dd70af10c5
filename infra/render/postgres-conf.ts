import type { Model } from "../model/types.ts";
import { containerOf } from "./container-of.ts";
import { renderTemplate } from "./template.ts";

/** `value`, kept between two bounds. */
const within = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, Math.floor(value)));

/** postgresql.conf, sized from the container's memory alone: adding a tenant must not restart the server. */
export function renderPostgresConf(model: Pick<Model, "containers">): string {
  const { memoryMiB, health } = containerOf(model, "postgres");
  const maxConnections = within(50, memoryMiB / 5, 500);
  return renderTemplate("postgres/postgresql.conf", {
    port: health.port,
    memoryMiB,
    maxConnections,
    sharedBuffersMiB: within(16, memoryMiB / 4, 16_384),
    effectiveCacheMiB: within(32, memoryMiB / 2, 65_536),
    maintenanceMiB: within(16, memoryMiB / 16, 1_024),
    workMiB: within(1, memoryMiB / maxConnections, 64),
  });
}
