import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Redis } from "ioredis";
import type pg from "pg";
import { toEntries } from "../../../runtime/stream-entry.ts";
import { readVerdict, type Verdict } from "../discrepancy/verdict.ts";
import type { Finding } from "../finding.ts";

export interface VerdictCheckParts {
  readonly redis: Redis;
  readonly socEvents: string;
  readonly pool: pg.Pool;
  /** `dsmil_alpha` */
  readonly schema: string;
  readonly tenant: string;
  /** From this age on an entry must be in the archive, milliseconds. */
  readonly archivedWithinMs: number;
  /** For so long the archive keeps events, milliseconds. */
  readonly archiveMs: number;
}

/** What one piece of a check came to. */
export interface Checked {
  readonly count: number;
  readonly findings: readonly Finding[];
  /** The end was reached: the next piece begins anew. */
  readonly atEnd: boolean;
}

/** Entries of one piece: an entry may have 256 Ki characters. */
const PIECE = 64;
/** The purge goes by its own clock, once an hour. */
const PURGE_LEEWAY_MS = 2 * 3_600_000;

interface Published {
  readonly at: number;
  readonly verdict: Verdict & { readonly eventId: string };
}

interface Row {
  readonly event_id: string;
  readonly l3: unknown;
  readonly l4: unknown;
}

/**
 * Walks over SOC_EVENTS, round and round, and compares what Layers 3 and 4 said of each event with what the archive has.
 * No entry of a stream can be changed, and the archive's rows can: one who hides something has to change what others read.
 */
export class VerdictCheck {
  private readonly parts: VerdictCheckParts;
  private last = "-";

  constructor(parts: VerdictCheckParts) {
    this.parts = parts;
  }

  /** Compares the next entries; throws while a store is away. */
  async step(now = Date.now()): Promise<Checked> {
    const { redis, socEvents, tenant } = this.parts;
    const raw = await redis.xrange(socEvents, this.last, "+", "COUNT", PIECE);
    const published: Published[] = [];
    for (const { id, event } of toEntries(socEvents, raw, () => 1)) {
      const { verdict } = readVerdict(event, tenant);
      if (verdict?.eventId === undefined) continue;
      published.push({ at: Number.parseInt(id, 10), verdict: { ...verdict, eventId: verdict.eventId } });
    }
    const rows = await this.rows(published);
    const findings = published.flatMap((one) => this.compare(one, rows.get(one.verdict.eventId), now));
    const atEnd = raw.length < PIECE;
    this.last = atEnd ? "-" : `(${raw.at(-1)?.[0] ?? "-"}`;
    return { count: published.length, findings, atEnd };
  }

  private async rows(published: readonly Published[]): Promise<ReadonlyMap<string, Row>> {
    if (published.length === 0) return new Map();
    const { pool, schema, tenant } = this.parts;
    const { rows } = await pool.query<Row>(
      `select event_id, l3, l4 from "${schema.replaceAll('"', '""')}".events
       where event_id = any($1::uuid[]) and tenant_id = $2`,
      [published.map(({ verdict }) => verdict.eventId), tenant],
    );
    return new Map(rows.map((row) => [row.event_id, row]));
  }

  private compare({ at, verdict }: Published, row: Row | undefined, now: number): Finding[] {
    const about = verdict.eventId;
    if (row === undefined) {
      const { archivedWithinMs, archiveMs } = this.parts;
      const age = now - at;
      if (age < archivedWithinMs || age > archiveMs - PURGE_LEEWAY_MS) return [];
      return [tamper(about, "is on SOC_EVENTS and not in the archive", "missing")];
    }
    return (["l3", "l4"] as const)
      .filter((layer) => verdict[layer] !== undefined && !isDeepStrictEqual(verdict[layer], row[layer]))
      .map((layer) => {
        const detail = `the archive has another ${layer} than SOC_EVENTS: ${said(row[layer])}, not ${said(verdict[layer])}`;
        return tamper(about, detail, `${layer} ${digest(row[layer])} ${digest(verdict[layer])}`);
      });
  }
}

function tamper(about: string, detail: string, mark: string): Finding {
  return { flag: "POSSIBLE_LOG_TAMPER", about, detail: `events/${about} ${detail}`, mark };
}

const LONGEST = 120;

function said(result: unknown): string {
  const text = JSON.stringify(result);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function digest(result: unknown): string {
  return createHash("sha256").update(JSON.stringify(result)).digest("hex").slice(0, 16);
}
