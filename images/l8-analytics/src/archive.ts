import type pg from "pg";
import type { DsmilEvent, Json } from "../../runtime/event.ts";
import { safeJson } from "../../runtime/safe-json.ts";
import { toUtc } from "../../runtime/timestamp.ts";
import type { Verdict } from "./verdict.ts";

/** What became of a batch of events. */
export interface Stored {
  /** Ids of events the archive did not have. */
  readonly inserted: ReadonlySet<string>;
  /** Ids of events the archive had in part, and has in full now. */
  readonly completed: ReadonlySet<string>;
  /** Ids of events the database refuses for what they hold, with its message. */
  readonly refused: ReadonlyMap<string, string>;
}

/** A row that was written; `xmax` is 0 in one that was not there before. */
interface StoredRow {
  readonly event_id: string;
  readonly inserted: boolean;
}

/** SQLSTATE classes that a row causes, whatever is tried: data exception, integrity violation. */
const ROW_FAULT = /^2[23]/;

/** One tenant's archive in Postgres. Calls throw while the database is away; repeating them is safe. */
export class Archive {
  private readonly pool: pg.Pool;
  private readonly schema: string;
  private problem: string | undefined = "not connected yet";

  constructor(pool: pg.Pool, schema: string) {
    this.pool = pool;
    this.schema = `"${schema.replaceAll('"', '""')}"`;
  }

  /** Why the last call failed, or undefined when it worked. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /**
   * Stores events, each once by its id; the list names an id once. A row that exists is only ever completed: with
   * the layer that was missing and the verdict that follows from it.
   */
  async storeEvents(verdicts: readonly Verdict[]): Promise<Stored> {
    const refused = new Map<string, string>();
    const rows = await splitting(
      verdicts,
      ({ event }) => event.event_id,
      (part) => this.upsert(part),
      refused,
    );
    const ids = (inserted: boolean) =>
      new Set(rows.filter((row) => row.inserted === inserted).map((row) => row.event_id));
    return { inserted: ids(true), completed: ids(false), refused };
  }

  /** Stores rejects, each once by its id. Returns those that the database refuses for what they hold. */
  async storeRejects(rejects: readonly DsmilEvent[]): Promise<ReadonlyMap<string, string>> {
    const refused = new Map<string, string>();
    await splitting(
      rejects,
      ({ event_id }) => event_id,
      (part) => this.insertRejects(part),
      refused,
    );
    return refused;
  }

  /** Deletes events beyond the tenant's retention; returns what the database's function answers. */
  async purge(): Promise<unknown> {
    const { rows } = await this.query(`select ${this.schema}.purge_events() as purged`, []);
    return (rows[0] as { purged?: unknown } | undefined)?.purged;
  }

  /** Throws unless the archive can be reached and read. */
  async probe(): Promise<void> {
    await this.query(`select 1 from ${this.schema}.events limit 0`, []);
  }

  private async upsert(verdicts: readonly Verdict[]): Promise<StoredRow[]> {
    const { rows } = await this.query(
      `insert into ${this.schema}.events as held
         (event_id, tenant_id, ts, received_at, source, category, severity, l3, l4, l8, raw)
       select * from json_to_recordset($1) as one (event_id uuid, tenant_id text, ts timestamptz,
         received_at timestamptz, source text, category text, severity text, l3 jsonb, l4 jsonb, l8 jsonb, raw jsonb)
       on conflict (event_id) do update set
         l3 = coalesce(held.l3, excluded.l3), l4 = coalesce(held.l4, excluded.l4), l8 = excluded.l8,
         severity = excluded.severity, category = excluded.category
       where (held.l3 is null and excluded.l3 is not null) or (held.l4 is null and excluded.l4 is not null)
       returning event_id, xmax = 0 as inserted`,
      [`[${verdicts.map(rowJson).join(",")}]`],
    );
    return rows as StoredRow[];
  }

  private async insertRejects(rejects: readonly DsmilEvent[]): Promise<StoredRow[]> {
    const column = (pick: (event: DsmilEvent) => string): string[] =>
      rejects.map((event) => pick(event).replaceAll("\0", "\ufffd").toWellFormed());
    await this.query(
      `insert into ${this.schema}.rejects (reject_id, tenant_id, source, line, reason, received_at)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
       on conflict (reject_id) do nothing`,
      [
        column(({ event_id }) => event_id),
        column(({ tenant_id }) => tenant_id),
        column(({ payload }) => textOr(payload.source, "unknown")),
        column(({ payload }) => textOr(payload.line, "")),
        column(({ payload }) => reasonOf(payload)),
        column(({ payload, ts }) => receivedAt(payload, ts)),
      ],
    );
    return [];
  }

  private async query(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      const result = await this.pool.query(text, [...values]);
      this.problem = undefined;
      return result;
    } catch (error) {
      const { code, message } = error as pg.DatabaseError;
      // A refused row is the row's fault: the database is there and answers.
      this.problem = ROW_FAULT.test(code ?? "") ? undefined : message;
      throw error;
    }
  }
}

/** Runs `store`; where a row is at fault, halves the batch until the rows at fault stand alone. */
async function splitting<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  store: (part: readonly T[]) => Promise<StoredRow[]>,
  refused: Map<string, string>,
): Promise<StoredRow[]> {
  const [first] = items;
  if (first === undefined) return [];
  try {
    return await store(items);
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    if (!ROW_FAULT.test(code ?? "")) throw error;
    if (items.length === 1) {
      refused.set(idOf(first), message);
      return [];
    }
    const half = Math.ceil(items.length / 2);
    const left = await splitting(items.slice(0, half), idOf, store, refused);
    return [...left, ...(await splitting(items.slice(half), idOf, store, refused))];
  }
}

/** An event as a row of the archive, in JSON. */
function rowJson({ event, json: { payload: raw, l3, l4, l8 } }: Verdict): string {
  const { event_id, tenant_id, ts, category, severity, payload } = event;
  const source = textOr(payload.source, "unknown");
  const columns = { event_id, tenant_id, ts, received_at: receivedAt(payload, ts), source, category, severity };
  return `${safeJson(columns).slice(0, -1)},"l3":${l3 ?? null},"l4":${l4 ?? null},"l8":${l8},"raw":${raw}}`;
}

function receivedAt(payload: DsmilEvent["payload"], fallback: string): string {
  return toUtc(textOr(payload.received_at, "")) ?? fallback;
}

function textOr(value: Json | undefined, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

/** `reason: detail`, so that the archive says both in its one column. */
function reasonOf(payload: DsmilEvent["payload"]): string {
  const detail = textOr(payload.detail, "");
  return detail ? `${textOr(payload.reason, "unknown")}: ${detail}` : textOr(payload.reason, "unknown");
}
