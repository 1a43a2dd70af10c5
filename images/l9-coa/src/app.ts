import type pg from "pg";
import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import type { TenantDecisions } from "../../runtime/policy/tenant-decisions.ts";
import { ArchiveLookup } from "../../runtime/soc/archive-lookup.ts";
import { MAX_COA_BYTES } from "../../runtime/soc/coa.ts";
import type { StopGuard } from "../../runtime/stop/stop-guard.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { CoaConfig } from "./config.ts";
import { CoaEngine } from "./engine.ts";
import { coaHandler } from "./handler.ts";

export interface CoaParts {
  readonly service: TenantService;
  readonly config: CoaConfig;
  /** For the archive: it may not write, and a statement is short. */
  readonly questions: pg.Pool;
  readonly decisions: TenantDecisions;
  readonly stop: StopGuard;
}

/** Questions take turns, so more at a time would only wait; no answer need be kept, as an answer changes nothing. */
const LIMITS = { concurrency: 16, maxPayload: MAX_COA_BYTES, repeatable: new Set([TYPES.L9_COA_REQ]) };

/** COA engine (device 59): courses of action for its tenant, within its policy. It carries nothing out. */
export function createCoa({ service, config, questions, decisions, stop }: CoaParts): void {
  const { health, metrics, log, signal } = service;
  const { identity, postgres, busFolder } = config;
  const { tenant } = identity;
  const archive = new ArchiveLookup(questions, postgres.schema, tenant);
  const engine = new CoaEngine({ tenant, archive, point: decisions.point, stop });
  const handlers = { [TYPES.L9_COA_REQ]: coaHandler({ tenant, engine, metrics, log }) };
  const inbox = new BusInbox({ ...LIMITS, folder: busFolder, handlers, log });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(inbox.run(signal));
}
