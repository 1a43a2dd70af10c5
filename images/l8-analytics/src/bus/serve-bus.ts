import type pg from "pg";
import { BusInbox } from "../../../runtime/bus/bus-inbox.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { MAX_HEALTH_BYTES } from "../../../runtime/health-event.ts";
import { appendHealth } from "../../../runtime/health-stream.ts";
import { ArchiveLookup } from "../../../runtime/soc/archive-lookup.ts";
import type { TenantService } from "../../../runtime/tenant-service.ts";
import type { AnalyticsConfig } from "../config.ts";
import { Enricher } from "../enrich/enricher.ts";
import { ProposalLookup } from "../enrich/proposal-lookup.ts";
import type { HotPathSlot } from "../hotpath/hotpath-slot.ts";
import { enrichmentHandler } from "./enrichment-handler.ts";
import { healthHandler } from "./health-handler.ts";

export interface BusParts {
  readonly service: TenantService;
  readonly config: AnalyticsConfig;
  readonly hotPath: HotPathSlot;
  /** For questions alone: it may not write, and a statement is short. */
  readonly questions: pg.Pool;
}

/** Questions take turns, so more at a time would only wait; they change nothing, so no answers need be kept. */
const LIMITS = {
  concurrency: 16,
  maxPayload: MAX_HEALTH_BYTES,
  repeatable: new Set([TYPES.L8_SOC_EVENT_ENRICHMENT]),
};

/** What device 52 does for others: answers questions about its tenant's events, and takes health reports. */
export function serveBus({ service, config, hotPath, questions }: BusParts): void {
  const { identity, postgres, streams, busFolder } = config;
  const { metrics, log } = service;
  const { tenant } = identity;
  const archive = new ArchiveLookup(questions, postgres.schema, tenant);
  const enricher = new Enricher(tenant, hotPath, archive, new ProposalLookup(questions, postgres.schema));
  const append = (event: string): Promise<void> => appendHealth(service.writer, streams.health, event);
  const inbox = new BusInbox({
    ...LIMITS,
    folder: busFolder,
    handlers: {
      [TYPES.L8_SOC_EVENT_ENRICHMENT]: enrichmentHandler({ tenant, enricher, metrics, log }),
      [TYPES.HEALTH]: healthHandler({ tenant, metrics, append }),
    },
    log,
  });
  service.health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(inbox.run(service.signal));
}
