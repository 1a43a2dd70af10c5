import { mkdirSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Indicator } from "../../../runtime/soc/enrichment.ts";
import type { FoundEvent, Sighting } from "../../../runtime/soc/sighting.ts";
import { isFull, transaction } from "../../../runtime/sqlite.ts";
import type { ShrinkMetrics } from "../shrink-metrics.ts";
import { objectJson, type Verdict } from "../verdict.ts";
import { HotPathLookup } from "./lookup.ts";
import { HISTORY, HOTPATH_SCHEMA } from "./schema.ts";

export interface HotPathOptions {
  /** Folder in memory; made when missing. */
  readonly dir: string;
  readonly tenant: string;
  /** Largest size of the database, bytes; when it is full the oldest quarter of each history goes. */
  readonly maxBytes: number;
  readonly hotSeconds: number;
  readonly socSeconds: number;
}

/** Ids of events that are new here, and of those that were known in part. */
export interface News {
  readonly inserted: ReadonlySet<string>;
  readonly completed: ReadonlySet<string>;
}

const PAGE = 4096;

/**
 * The hot path: the latest state of one tenant in SQLite, in memory. A cache for quick questions, never the record:
 * a caller goes on when it throws.
 */
export class HotPath {
  private readonly options: HotPathOptions;
  private readonly db: DatabaseSync;
  private readonly lookup: HotPathLookup;
  private readonly statements: Readonly<
    Record<"raw" | "output" | "soc" | "layer" | "device" | "shrink", StatementSync>
  >;

  constructor(options: HotPathOptions) {
    this.options = options;
    mkdirSync(options.dir, { recursive: true });
    this.db = new DatabaseSync(`${options.dir}/hotpath.db`);
    // The folder is memory: after a crash of the machine nothing is there to be consistent with.
    this.db.exec(`pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 2000;
      pragma page_size = ${PAGE}; pragma max_page_count = ${Math.floor(options.maxBytes / PAGE)};
      pragma journal_size_limit = 4194304; pragma wal_autocheckpoint = 1000; pragma cache_size = -4096;
      pragma mmap_size = ${options.maxBytes};`);
    this.db.exec(HOTPATH_SCHEMA);
    this.lookup = new HotPathLookup(this.db, options.tenant);
    const put = (sql: string): StatementSync => this.db.prepare(sql);
    this.statements = {
      raw: put("insert into raw_events_fast values (null, ?, ?, ?, ?, ?, ?, 'SOC', ?, ?, ?)"),
      output: put("insert into model_outputs_fast values (null, ?, ?, ?, ?, ?, ?, ?, ?)"),
      soc: put("insert or replace into soc_events_cache values (?, ?, ?, ?, ?, ?, ?, ?)"),
      layer: put(`insert into layer_state values (?, ?, ?, ?) on conflict do update set ts = excluded.ts,
        events = events + excluded.events`),
      device: put("insert or replace into device_status values (?, ?, ?, ?, ?, ?, ?)"),
      shrink: put("insert or replace into shrink_metrics values (?, ?, ?, ?, ?, ?, ?)"),
    };
  }

  /** Adds what is new of the events and of what the layers said of them, in one transaction. */
  putEvents(verdicts: readonly Verdict[], news: News, devices: { readonly l3: number; readonly l4: number }): void {
    this.withRoom(() => {
      const now = Date.now();
      const counts = { l3: 0, l4: 0, l8: 0 };
      for (const verdict of verdicts) {
        const { event } = verdict;
        const inserted = news.inserted.has(event.event_id);
        if (!inserted && !news.completed.has(event.event_id)) continue;
        this.putVerdict(verdict, now);
        counts.l8 += 1;
        if (inserted) this.putRaw(verdict, devices.l3, now);
        if (inserted && event.l3) counts.l3 += this.putOutput(verdict, 3, devices.l3, now);
        if (event.l4) counts.l4 += this.putOutput(verdict, 4, devices.l4, now);
      }
      const { tenant } = this.options;
      for (const [layer, count] of [
        [3, counts.l3],
        [4, counts.l4],
        [8, counts.l8],
      ] as const) {
        this.statements.layer.run(tenant, layer, now, count);
      }
    });
  }

  /** Heartbeat of a device. */
  putDevice(device: { id: number; layer: number; tokenIdBase: number; status: string; detail: unknown }): void {
    const { id, layer, tokenIdBase, status, detail } = device;
    const { tenant } = this.options;
    this.withRoom(() =>
      this.statements.device.run(tenant, id, Date.now(), layer, tokenIdBase, status, JSON.stringify(detail)),
    );
  }

  putShrink(m: ShrinkMetrics): void {
    const values = [m.risk_acute_stress, m.crisis_level, m.lbi_hyperfocus_density, m.sentiment_score, m.entropy];
    this.withRoom(() => this.statements.shrink.run(this.options.tenant, Date.now(), ...values));
  }

  /** The event with what is known of it; undefined when it, or a part of it, is not here. */
  findEvent(id: string): FoundEvent | undefined {
    return this.lookup.event(id);
  }

  /** The newest events that have the indicator, besides the one named. */
  findIndicator(indicator: Indicator, besides: string | undefined, limit: number): Sighting {
    return this.lookup.indicator(indicator, besides, limit);
  }

  /** Deletes what is older than its retention; returns how many rows went. */
  expire(now = Date.now()): number {
    let rows = 0;
    for (const { table, kept } of HISTORY) {
      const seconds = kept === "hot" ? this.options.hotSeconds : this.options.socSeconds;
      rows += Number(this.db.prepare(`delete from ${table} where ts < ?`).run(now - seconds * 1000).changes);
    }
    return rows;
  }

  close(): void {
    this.db.close();
  }

  private putVerdict({ event, json: { l3, l4, l8 } }: Verdict, now: number): void {
    const { event_id, category, severity } = event;
    const facts = { happened: event.ts, source: event.payload.source, l3: event.l3, l4: event.l4, l8: event.l8 };
    const values = [category, severity, event.l4?.class ?? null, event.l8.complete ? 1 : 0];
    this.statements.soc.run(event_id, this.options.tenant, now, ...values, objectJson(facts, { l3, l4, l8 }));
  }

  private putRaw({ event, json }: Verdict, device: number, now: number): void {
    const { event_id, category, payload, l8 } = event;
    const source = typeof payload.source === "string" ? payload.source : "unknown";
    const values = [source, category, l8.severity_before, json.fields];
    this.statements.raw.run(event_id, this.options.tenant, now, device, 3, ...values);
  }

  private putOutput({ event: { event_id, l3, l4 } }: Verdict, layer: 3 | 4, device: number, now: number): number {
    const [label, score, why] =
      layer === 3 ? [l3?.decision, l3?.score, l3?.rules] : [l4?.class, l4?.confidence, l4?.evidence];
    const values = [label ?? "", score ?? 0, JSON.stringify(why)];
    this.statements.output.run(event_id, this.options.tenant, now, device, layer, ...values);
    return 1;
  }

  /** Runs `write` in a transaction; when the database is full, drops the oldest quarter and runs it once more. */
  private withRoom(write: () => void): void {
    try {
      transaction(this.db, write);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.dropOldest();
      transaction(this.db, write);
    }
  }

  private dropOldest(): void {
    for (const { table } of HISTORY) {
      this.db.exec(`delete from ${table} where ts <= (select ts from ${table} order by ts
        limit 1 offset (select count(*) / 4 from ${table}))`);
    }
  }
}
