import type pg from "pg";
import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { rejectPoison } from "../../runtime/reject-poison.ts";
import { OwnEvents } from "../../runtime/soc/own-events.ts";
import { StreamConsumer } from "../../runtime/stream-consumer.ts";
import { StreamWriter } from "../../runtime/stream-writer.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { AdvmlConfig } from "./config.ts";
import { watchEntries } from "./discrepancy/watch-entries.ts";
import { Findings } from "./findings.ts";
import { FlagCounter } from "./flags.ts";
import { MAX_PROMPT_CHECK_BYTES, promptHandler } from "./prompt/prompt-handler.ts";
import { DecisionCheck } from "./tamper/decision-check.ts";
import { LogCheck } from "./tamper/log-check.ts";
import { VerdictCheck } from "./tamper/verdict-check.ts";

export interface AdvmlParts {
  readonly service: TenantService;
  readonly config: AdvmlConfig;
  readonly pool: pg.Pool;
}

/** Adversarial ML defence (device 51): contradictions between layers, tampered logs, prompts that take models over. */
export function createAdvml({ service, config, pool }: AdvmlParts): void {
  const { tenant, device, layer } = config.identity;
  const flags = new FlagCounter(service.metrics, tenant, device);
  const self: Refuser = { tenant, device, layer };
  const writer = new StreamWriter(service.writer);
  const { schema } = config.postgres;
  const { socEvents } = config.streams;
  const events = new OwnEvents({ pool, schema, writer, socEvents, source: "l8-advml" });
  const findings = new Findings({ events, self, flags, log: service.log });
  watchSocEvents(service, config, findings, writer);
  checkLogs({ service, config, pool }, findings);
  answerQuestions(service, config, flags);
}

function watchSocEvents(service: TenantService, config: AdvmlConfig, findings: Findings, writer: StreamWriter): void {
  const { metrics, log } = service;
  const { identity, streams } = config;
  const self: Refuser = identity;
  const consumer = new StreamConsumer({
    reader: service.reader("soc_events"),
    writer: service.writer,
    key: streams.socEvents,
    group: "l8-advml",
    consumer: identity.service,
    batchSize: config.batchSize,
    pollTimeoutMs: config.pollTimeoutMs,
    handle: watchEntries({ findings, writer, rejects: streams.rejects, self, metrics }),
    onPoison: rejectPoison(writer, streams.rejects, self, metrics),
    log,
  });
  service.consume("soc_events", consumer);
}

function checkLogs({ service, config, pool }: AdvmlParts, findings: Findings): void {
  const { identity, postgres, streams, archivedWithinMs, archiveMs } = config;
  const { tenant } = identity;
  const { schema } = postgres;
  const stores = { redis: service.writer, pool, schema, tenant, socEvents: streams.socEvents };
  const verdicts = new VerdictCheck({ ...stores, archivedWithinMs, archiveMs });
  const decisions = new DecisionCheck(pool, schema);
  const check = new LogCheck({
    logs: [
      { name: "soc_events", step: () => verdicts.step() },
      { name: "decisions", step: () => decisions.step() },
    ],
    findings,
    metrics: service.metrics,
    log: service.log,
    everyMs: config.logCheckMs,
  });
  service.health.add({ name: "log_check", weight: "warning", read: () => check.check() });
  service.loop(check.run(service.signal));
}

function answerQuestions(service: TenantService, { identity, busFolder }: AdvmlConfig, flags: FlagCounter): void {
  const { metrics, log } = service;
  const { tenant } = identity;
  const inbox = new BusInbox({
    folder: busFolder,
    handlers: { [TYPES.L8_SOC_EVENT_ENRICHMENT]: promptHandler({ tenant, flags, metrics, log }) },
    // A check changes nothing, so no answers need be kept.
    repeatable: new Set([TYPES.L8_SOC_EVENT_ENRICHMENT]),
    concurrency: 16,
    maxPayload: MAX_PROMPT_CHECK_BYTES,
    log,
  });
  service.health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(inbox.run(service.signal));
}
