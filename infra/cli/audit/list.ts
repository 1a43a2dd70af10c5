import type pg from "pg";
import type { AuditEntry } from "../../../images/runtime/dbe/audit/entry.ts";
import { clean } from "../events/render.ts";
import { ENTRY_COLUMNS, type EntryRow, entryOf } from "./columns.ts";

/** Which entries; all that are given must fit. */
export interface AuditFilter {
  readonly node?: string;
  /** `alpha` */
  readonly tenant?: string;
  /** `REPLAY`, in any case. */
  readonly reason?: string;
  readonly since?: Date;
  /** How many of the latest. */
  readonly limit: number;
}

/** The latest entries that fit, oldest first. */
export async function listEntries(client: pg.Client, filter: AuditFilter): Promise<AuditEntry[]> {
  const { rows } = await client.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM dsmil_audit.entries
     WHERE ($1::text IS NULL OR node = $1) AND ($2::text IS NULL OR tenant = $2) AND ($3::text IS NULL OR reason = $3)
       AND ts >= coalesce($4::timestamptz, '-infinity')
     ORDER BY entries.ts DESC, node DESC, seq DESC LIMIT $5`,
    [
      filter.node ?? null,
      filter.tenant?.toUpperCase() ?? null,
      filter.reason?.toUpperCase() ?? null,
      filter.since?.toISOString() ?? null,
      filter.limit,
    ],
  );
  return rows.map(entryOf).toReversed();
}

/** One entry as cells of a table. Detail and peer come from outside. */
export function entryCells(entry: AuditEntry): string[] {
  const { node, seq, ts, kind, tenant, reason, type, source, destination, peer, detail } = entry;
  const way = source === null && destination === null ? "-" : `${source ?? "?"} → ${destination ?? "?"}`;
  const code = type === null ? "-" : `0x${type.toString(16).padStart(2, "0")}`;
  return [ts, node, String(seq), kind, tenant ?? "-", reason ?? "-", code, way, peer ?? "-", detail].map(clean);
}

/** Titles of the cells. */
export const ENTRY_TITLES = ["TIME", "NODE", "SEQ", "KIND", "TENANT", "REASON", "TYPE", "DEVICES", "PEER", "DETAIL"];
