import type { Identity } from "../../runtime/identity.ts";
import { pause } from "../../runtime/pause.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { Archive } from "./archive.ts";
import type { HotPathSlot } from "./hotpath/hotpath-slot.ts";
import type { JoinBuffer } from "./join-buffer.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ShrinkPoller } from "./shrink-poller.ts";

export interface HouseOptions {
  readonly service: TenantService;
  readonly archive: Archive;
  readonly hotPath: HotPathSlot;
  readonly pipeline: Pipeline;
  readonly join: JoinBuffer;
  readonly shrink: ShrinkPoller;
}

/** Periods, milliseconds. */
const HEARTBEAT = 10_000;
const STATS = 30_000;
const EXPIRE = 60_000;
const PURGE = 3_600_000;

/**
 * What is due by the clock, until the service stops: the device's heartbeat and a look at the archive (10 s), a line
 * of statistics (30 s), expiry in the hot path (1 min), the archive's retention (1 h).
 */
export async function keepHouse({ service, archive, hotPath, pipeline, join, shrink }: HouseOptions): Promise<void> {
  const { signal, log, config } = service;
  const begun = Date.now();
  const due = { stats: begun + STATS, expire: begun + EXPIRE, purge: begun + EXPIRE };
  while (!signal.aborted) {
    // Without events nobody would notice that the archive went or came back.
    await archive.probe().catch((error: Error) => log.debug({ reason: error.message }, "archive away"));
    const status = service.health.report().status;
    const detail = { ...pipeline.counts, waiting: join.waitingCount, shrink: shrink.check().value };
    hotPath.use((db) =>
      db.putDevice({ ...deviceOf(config.identity), status: status === "unhealthy" ? "OFFLINE" : "ONLINE", detail }),
    );
    const now = Date.now();
    if (now >= due.stats) {
      due.stats = now + STATS;
      log.info({ ...detail, uptimeSeconds: Math.round((now - begun) / 1000) }, "stats");
    }
    if (now >= due.expire) {
      due.expire = now + EXPIRE;
      hotPath.use((db) => db.expire(now));
    }
    if (now >= due.purge) due.purge = now + (await purge(archive, log));
    await pause(archive.trouble ? HEARTBEAT / 10 : HEARTBEAT, signal);
  }
  hotPath.close();
}

/** Purges the archive; returns the time to the next purge: sooner after a failure. */
async function purge(archive: Archive, log: TenantService["log"]): Promise<number> {
  try {
    log.info({ purged: await archive.purge() }, "archive retention applied");
    return PURGE;
  } catch (error) {
    log.warn({ reason: (error as Error).message }, "archive retention not applied; trying again in a minute");
    return EXPIRE;
  }
}

function deviceOf({ device: id, layer, tokenIdBase }: Identity) {
  return { id, layer, tokenIdBase };
}
