import type pg from "pg";
import { latencyCheck } from "../../runtime/latency-check.ts";
import { LatencyWindow } from "../../runtime/latency-window.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { rejectPoison } from "../../runtime/reject-poison.ts";
import { OwnEvents } from "../../runtime/soc/own-events.ts";
import { StreamConsumer } from "../../runtime/stream-consumer.ts";
import { StreamWriter } from "../../runtime/stream-writer.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { SignalsConfig } from "./config.ts";
import { Habits } from "./habits/habits.ts";
import { pastLogins } from "./habits/past-logins.ts";
import { unfinishedIds } from "./habits/unfinished-ids.ts";
import { Feeds } from "./intel/feeds.ts";
import { addIndicatorGauge } from "./intel/indicator-gauge.ts";
import { intelSignals } from "./intel/intel.ts";
import { NetworkWatch } from "./network/network.ts";
import { Rebuild } from "./rebuild.ts";
import { SignalCounter } from "./signal-counter.ts";
import { type Detector, watchEvents } from "./watch-events.ts";

/** Consumer group of SOC_EVENTS. */
const GROUP = "l8-signals";
/** Layer 8: 99 % within 200 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 200;

export interface SignalsParts {
  readonly service: TenantService;
  readonly config: SignalsConfig;
  readonly pool: pg.Pool;
  /** For reading the past: it may not write. */
  readonly past: pg.Pool;
}

/** Threat intelligence, habits of accounts and network security (devices 54, 55 and 57), on what SOC_EVENTS brings. */
export function createSignals({ service, config, pool, past }: SignalsParts): void {
  const { health, http, log, signal } = service;
  const { identity, streams, postgres } = config;
  const { tenant } = identity;
  const feeds = feedsOf(service, config);
  const habits = new Habits();
  const network = new NetworkWatch();
  const rebuild = new Rebuild({
    habits,
    unfinished: () => unfinishedIds(service.writer, streams.socEvents, GROUP),
    past: () => pastLogins(past, postgres.schema, tenant),
    log,
  });
  health.add({ name: "feeds", weight: "warning", read: () => feeds.check() });
  health.add({ name: "habits", weight: "first", read: () => rebuild.check() });
  health.add({ name: "network", weight: "warning", read: () => ({ value: `${network.looked} events`, ok: true }) });
  http.get("/v1/feeds", async () => ({
    tenant_id: tenant,
    indicators: feeds.indicators.size,
    list: feeds.listTrouble ?? "read",
    feeds: feeds.states,
  }));
  const detectors: readonly Detector[] = [
    (event, now) => intelSignals(event, feeds.indicators, now),
    (event) => habits.look(event),
    (event) => network.look(event),
  ];
  service.loop(feeds.run(signal));
  const consumer = consumerOf({ service, config, pool }, detectors);
  service.loop(
    rebuild.run(signal).then(() => {
      if (!signal.aborted) service.consume("soc_events", consumer);
    }),
  );
}

function feedsOf(
  { metrics, log }: TenantService,
  { identity, feedsDir, feedAccessDir, feedsEveryMs, feedsFirstPollMs }: SignalsConfig,
): Feeds {
  const { tenant } = identity;
  const times = { everyMs: feedsEveryMs, firstPollMs: feedsFirstPollMs };
  const feeds = new Feeds({ dir: feedsDir, accessDir: feedAccessDir, tenant, ...times, log });
  addIndicatorGauge(metrics.registry, tenant, feeds);
  return feeds;
}

function consumerOf(
  { service, config, pool }: Omit<SignalsParts, "past">,
  detectors: readonly Detector[],
): StreamConsumer {
  const { metrics, log } = service;
  const { identity, streams, postgres, batchSize, pollTimeoutMs } = config;
  const { tenant, device, layer, service: consumer } = identity;
  const self: Refuser = { tenant, device, layer };
  const writer = new StreamWriter(service.writer);
  const { socEvents, rejects } = streams;
  const events = new OwnEvents({ pool, schema: postgres.schema, writer, socEvents, source: "l8-signals" });
  const counter = new SignalCounter(metrics, tenant);
  const latency = new LatencyWindow();
  const took = (ms: number): void => latency.record(ms);
  service.health.add(latencyCheck(latency, OBJECTIVE_MS));
  return new StreamConsumer({
    reader: service.reader("soc_events"),
    writer: service.writer,
    key: socEvents,
    group: GROUP,
    consumer,
    batchSize,
    pollTimeoutMs,
    handle: watchEvents({ detectors, events, counter, writer, rejects, self, metrics, log, took }),
    onPoison: rejectPoison(writer, rejects, self, metrics),
    log,
  });
}
