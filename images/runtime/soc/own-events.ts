import type pg from "pg";
import type { DsmilEvent } from "../event.ts";
import { encodeEvent } from "../event-codec.ts";
import { safeJson } from "../safe-json.ts";
import type { StreamWriter } from "../stream-writer.ts";

export interface OwnEventsParts {
  readonly pool: Pick<pg.Pool, "query">;
  /** `dsmil_alpha` */
  readonly schema: string;
  readonly writer: StreamWriter;
  /** Key of the stream SOC_EVENTS. */
  readonly socEvents: string;
  /** Who found it, as the archive's column `source` says it: `l8-advml`. */
  readonly source: string;
}

/**
 * Where a service puts events of its own, whose ids follow from what was found: the archive first, which tells what is new
 * by its key, then SOC_EVENTS.
 */
export class OwnEvents {
  private readonly parts: OwnEventsParts;
  /** Archived, and not on the stream yet. */
  private readonly untold = new Set<string>();

  constructor(parts: OwnEventsParts) {
    this.parts = parts;
  }

  /**
   * Records events, each once however often it is found; throws while a store is away, and may then be called again.
   * @param unsure ids of ones that an earlier process may have archived and not told: these are told again
   * @returns those that were told now
   */
  async record(events: readonly DsmilEvent[], unsure: ReadonlySet<string> = new Set()): Promise<readonly DsmilEvent[]> {
    if (events.length === 0) return [];
    const { socEvents, writer } = this.parts;
    const made = [...new Map(events.map((event) => [event.event_id, event])).values()];
    for (const id of await this.insert(made)) this.untold.add(id);
    const told = made.filter(({ event_id: id }) => this.untold.has(id) || unsure.has(id));
    await writer.append(told.map((event) => ({ key: socEvents, event: encodeEvent(event) })));
    for (const { event_id: id } of told) this.untold.delete(id);
    return told;
  }

  /** Ids of those that the archive did not have. */
  private async insert(events: readonly DsmilEvent[]): Promise<readonly string[]> {
    const { pool, schema, source } = this.parts;
    const column = (pick: (event: DsmilEvent) => string): string[] => events.map(pick);
    const { rows } = await pool.query(
      `insert into "${schema.replaceAll('"', '""')}".events (event_id, tenant_id, ts, received_at, source, category, severity, raw)
       select id, tenant, ts, ts, $7, category, severity, raw
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
        source,
      ],
    );
    return rows.map(({ event_id }: { event_id: string }) => event_id);
  }
}
