import type { AuditEntry } from "../../../images/runtime/dbe/audit/entry.ts";

/** An entry's columns as SQL; numbers and times come as text, times with microseconds. */
export const ENTRY_COLUMNS = `node, seq, to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS ts, kind, tenant,
  reason, type, source, destination, peer, message_id, detail`;

/** A row of {@link ENTRY_COLUMNS}. */
export interface EntryRow extends Omit<AuditEntry, "seq" | "messageId"> {
  readonly seq: string;
  readonly message_id: string | null;
}

/** The entry of a row. Microseconds, which no gateway writes, stay in its time and so in its hash. */
export function entryOf({ seq, ts, message_id: messageId, ...rest }: EntryRow): AuditEntry {
  return { ...rest, seq: Number(seq), ts: `${ts.replace(/000$/, "")}Z`, messageId };
}
