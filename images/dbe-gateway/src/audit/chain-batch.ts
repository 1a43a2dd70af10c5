import { AUDIT_CONTEXT, type AuditEntry, type ChainedEntry, link } from "../../../runtime/dbe/audit/entry.ts";
import { type AuditRow, emptyRow } from "./audit-row.ts";
import type { Head } from "./head-file.ts";

/** A row as it waits in the spool: all but node and number. */
export type SpooledRow = AuditRow & { readonly ts: string };

/** The rows of these lines in the chain after `head`. A line that a disk has damaged still counts as a row. */
export function chainLines(node: string, head: Head, lines: readonly string[]): ChainedEntry[] {
  let { seq } = head;
  let prev: Buffer = Buffer.from(head.hash, "hex");
  return lines.map((line) => {
    seq += 1;
    const entry = chained(node, seq, prev, line);
    prev = entry.hash;
    return entry;
  });
}

/** The same rows, the last one signed by the node. */
export async function signLast(
  entries: readonly ChainedEntry[],
  sign: (data: Buffer, context: string) => Promise<Buffer>,
): Promise<ChainedEntry[]> {
  const last = entries.at(-1);
  if (!last) return [];
  return [...entries.slice(0, -1), { ...last, signature: await sign(last.hash, AUDIT_CONTEXT) }];
}

function chained(node: string, seq: number, prev: Buffer, line: string): ChainedEntry {
  try {
    return link(prev, { ...(JSON.parse(line) as Omit<AuditEntry, "node" | "seq">), node, seq });
  } catch {
    const row = emptyRow(
      "dbe.refused",
      `a row was damaged on disk before it was written here (${line.length} characters)`,
    );
    return link(prev, { ...row, reason: "INTERNAL", ts: new Date(0).toISOString(), node, seq });
  }
}
