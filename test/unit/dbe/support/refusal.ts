import type { AuditEntry } from "../../../../images/runtime/dbe/audit/entry.ts";

/** A refusal, as a gateway tells it. */
export const refusal = (node: string, seq: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  node,
  seq,
  ts: new Date(Date.UTC(2026, 0, 1) + 1000 * seq).toISOString(),
  kind: "dbe.refused",
  tenant: "ALPHA",
  reason: "REPLAY",
  type: 0x41,
  source: 43,
  destination: 47,
  peer: "node-b",
  messageId: "ab".repeat(16),
  detail: `row ${seq}`,
  ...more,
});
