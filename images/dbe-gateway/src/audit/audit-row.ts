import type { AuditEntry } from "../../../runtime/dbe/audit/entry.ts";

/** What is told to the trail; node, number and time are the trail's. */
export type AuditRow = Omit<AuditEntry, "node" | "seq" | "ts">;

/** A row of a kind, with nothing else known. */
export function emptyRow(kind: AuditRow["kind"], detail: string): AuditRow {
  const nothing = { tenant: null, reason: null, type: null, source: null, destination: null };
  return { kind, ...nothing, peer: null, messageId: null, detail };
}
