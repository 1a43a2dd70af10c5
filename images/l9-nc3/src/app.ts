import type pg from "pg";
import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { Turns } from "../../runtime/bus/turns.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { OfficersWatcher } from "../../runtime/dbe/officers/officers-watcher.ts";
import { pause } from "../../runtime/pause.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { Nc3Config } from "./config.ts";
import { GateLog } from "./gate-log.ts";
import { queryHandler } from "./handler.ts";
import { MAX_QUERY_BYTES } from "./query.ts";
import { Refusals } from "./refusals.ts";
import { stopHandler } from "./stop-handler.ts";

export interface Nc3Parts {
  readonly service: TenantService;
  readonly config: Nc3Config;
  /** For the audit log alone: a statement is short. */
  readonly pool: pg.Pool;
}

/** Queries take turns; a copy of one gets the answer that it got, and is not worked on again. */
const LIMITS = { concurrency: 4, maxPayload: MAX_QUERY_BYTES };
/** Time between two looks at whether the audit log can be reached, ms. */
const PROBE_MS = 10_000;

/**
 * NC3 gate (device 61): answers a read-only status to two officers, and keeps the state of the emergency stop. It sets
 * nothing in motion.
 */
export async function createNc3({ service, config, pool }: Nc3Parts): Promise<void> {
  const { health, metrics, log, signal } = service;
  const { identity, postgres, busFolder } = config;
  const { schema } = postgres;
  const { tenant, device, node } = identity;
  const officers = new OfficersWatcher(config.officers.folder, tenant, log);
  const records = new GateLog(pool, schema, `${identity.service}-${tenant.toLowerCase()}`);
  const self = { tenant, device, node, since: new Date().toISOString() };
  const refusals = new Refusals({ tenant, records, metrics, log });
  const common = { self, schema, records, refusals, turns: new Turns(), metrics, log };
  const parts = { ...common, officers: () => officers.current };
  const handlers = { [TYPES.L9_NC3_QUERY]: queryHandler(parts), [TYPES.L9_STOP_REQ]: stopHandler(parts) };
  const inbox = new BusInbox({ ...LIMITS, folder: busFolder, handlers, log });
  health.add({ name: "officers", weight: "warning", read: () => officers.check() });
  health.add({
    name: "audit",
    weight: "first",
    read: () => ({ value: records.trouble ?? "written", ok: records.trouble === undefined }),
  });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  await Promise.all([officers.look(), records.probe().catch(() => undefined)]);
  service.loop(officers.run(config.officers.pollMs, signal));
  service.loop(probe(records, signal));
  service.loop(inbox.run(signal));
}

/** A gate that cannot record refuses everything: /health says so before somebody asks. */
async function probe(records: GateLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(PROBE_MS, signal);
    if (!signal.aborted) await records.probe().catch(() => undefined);
  }
}
