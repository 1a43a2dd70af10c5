import type pg from "pg";
import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DecisionPoint } from "../../runtime/policy/decision-point.ts";
import { policyPlace } from "../../runtime/policy/policy-config.ts";
import { PolicyWatcher } from "../../runtime/policy/policy-watcher.ts";
import { PostgresDecisionLog } from "../../runtime/policy/postgres-decision-log.ts";
import { ArchiveLookup } from "../../runtime/soc/archive-lookup.ts";
import { MAX_COA_BYTES } from "../../runtime/soc/coa.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { CoaConfig } from "./config.ts";
import { CoaEngine } from "./engine.ts";
import { coaHandler } from "./handler.ts";

export interface CoaParts {
  readonly service: TenantService;
  readonly config: CoaConfig;
  /** For the archive: it may not write, and a statement is short. */
  readonly questions: pg.Pool;
  /** For the log of decisions: a statement is short. */
  readonly records: pg.Pool;
}

/** Questions take turns, so more at a time would only wait; no answer need be kept, as an answer changes nothing. */
const LIMITS = { concurrency: 16, maxPayload: MAX_COA_BYTES, repeatable: new Set([TYPES.L9_COA_REQ]) };

/** COA engine (device 59): courses of action for its tenant, within its policy. Reads the policy once before it returns. */
export async function createCoa({ service, config, questions, records }: CoaParts): Promise<void> {
  const { health, metrics, log, signal } = service;
  const { identity, postgres, policy, busFolder } = config;
  const { tenant, device } = identity;
  const writer = `${identity.service}-${tenant.toLowerCase()}`;
  const decisions = new PostgresDecisionLog({ pool: records, schema: postgres.schema, writer, log });
  const watcher = new PolicyWatcher(policyPlace(policy, tenant), log);
  const policyOf = (asked: string) => (asked === tenant ? watcher.current : undefined);
  const point = new DecisionPoint({ policyOf, log: decisions, device });
  const archive = new ArchiveLookup(questions, postgres.schema, tenant);
  const engine = new CoaEngine({ tenant, archive, point });
  const handlers = { [TYPES.L9_COA_REQ]: coaHandler({ tenant, engine, metrics, log }) };
  const inbox = new BusInbox({ ...LIMITS, folder: busFolder, handlers, log });
  health.add({ name: "policy", weight: "warning", read: () => watcher.check() });
  health.add({ name: "decisions", weight: "warning", read: () => decisions.check() });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  // What it logs is enough: a log that cannot be opened now refuses each decision until it can.
  await Promise.all([watcher.look(), decisions.open().catch(() => undefined)]);
  service.loop(watcher.run(policy.pollMs, signal));
  service.loop(inbox.run(signal));
}
