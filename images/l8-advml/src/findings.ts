import type pg from "pg";
import type { DsmilEvent } from "../../runtime/event.ts";
import { encodeEvent } from "../../runtime/event-codec.ts";
import type { Log } from "../../runtime/log.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { safeJson } from "../../runtime/safe-json.ts";
import type { StreamWriter } from "../../runtime/stream-writer.ts";
import { type Finding, findingEvent } from "./finding.ts";
import type { FlagCounter } from "./flags.ts";

export interface FindingsParts {
  readonly pool: pg.Pool;
  /** `dsmil_alpha` */
  readonly schema: string;
  readonly writer: StreamWriter;
  readonly socEvents: string;
  readonly self: Refuser;
  readonly flags: FlagCounter;
  readonly log: Log;
}

/** Where findings go: the archive first, which tells what is new by its key, then SOC_EVENTS. */
export class Findings {
  private readonly parts: FindingsParts;
  /** Archived, and not on the stream yet. */
  private readonly untold = new Set<string>();

  constructor(parts: FindingsParts) {
    this.parts = parts;
  }

  /**
   * Records findings, each once however often it is found; throws while a store is away, and may then be called again.
   * @param unsure ones that an earlier process may have archived and not told: these are told again
   * @returns how many were new
   */
  async record(findings: readonly Finding[], unsure: ReadonlySet<Finding> = new Set()): Promise<number> {
    if (findings.length === 0) return 0;
    const { socEvents, self, writer, flags, log } = this.parts;
    const now = new Date();
    const events = new Map<string, { readonly finding: Finding; readonly event: DsmilEvent }>();
    for (const finding of findings) {
      const event = findingEvent(finding, self, now);
      events.set(event.event_id, { finding, event });
    }
    const made = [...events.values()];
    for (const id of await this.insert(made.map(({ event }) => event))) this.untold.add(id);
    const told = made.filter(({ finding, event }) => this.untold.has(event.event_id) || unsure.has(finding));
    await writer.append(told.map(({ event }) => ({ key: socEvents, event: encodeEvent(event) })));
    for (const { finding, event } of told) {
      this.untold.delete(event.event_id);
      const { flag, about, detail } = finding;
      flags.raised(flag);
      log.warn({ audit: true, flag, about, detail, event: event.event_id }, "flag raised");
    }
    return told.length;
  }

  /** Ids of those that the archive did not have. */
  private async insert(events: readonly DsmilEvent[]): Promise<readonly string[]> {
    const { pool, schema } = this.parts;
    const column = (pick: (event: DsmilEvent) => string): string[] => events.map(pick);
    const { rows } = await pool.query(
      `insert into "${schema.replaceAll('"', '""')}".events (event_id, tenant_id, ts, received_at, source, category, severity, raw)
       select id, tenant, ts, ts, 'l8-advml', category, severity, raw
       from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[])
         as new (id, tenant, ts, category, severity, raw)
       on conflict (event_id) do nothing returning event_id`,
      [
        column(({ event_id }) => event_id),
        column(({ tenant_id }) => tenant_id),
        column(({ ts }) => ts),
        column(({ category }) => category),
        column(({ severity }) => severity),
        column(({ payload }) => safeJson(payload)),
      ],
    );
    return rows.map(({ event_id }: { event_id: string }) => event_id);
  }
}
