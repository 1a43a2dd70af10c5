import type { Client } from "pg";
import {
  AUDIT_CONTEXT,
  type AuditEntry,
  type ChainedEntry,
  GENESIS,
  link,
} from "../../../images/runtime/dbe/audit/entry.ts";
import { appendStatement, type ChainHead, headStatement } from "../../../images/runtime/dbe/audit/sql.ts";
import type { Signer } from "../../../images/runtime/pqc/signer.ts";
import type {
  PostgresAuditTrailInputs,
  PostgresAuditTrailState,
} from "../../../infra/provider/resources/postgres-audit-trail/args.ts";
import { refusal } from "../../unit/dbe/support/refusal.ts";
import type { PostgresRig } from "./postgres-rig.ts";

/** What `pg` clients and pools share. */
interface Queryable {
  query(statement: { name?: string; text: string; values: string[] }): Promise<{
    rows: { seq: string; hash: Buffer }[];
    rowCount: number | null;
  }>;
}

export const writerPassword = (node: string): string => `${node}-audit-Password-0123`;
export const READER_PASSWORD = "audit-reader-Password-0123";

/** Inputs of a trail that these nodes write. */
export const trailOf = (...nodes: string[]): PostgresAuditTrailInputs => ({
  node: "node-c",
  database: "dsmil",
  writers: nodes.map((node) => ({ node, password: writerPassword(node) })),
  readerPassword: READER_PASSWORD,
  drift: {},
});

/** Inputs and outputs of it. */
export const trailState = (...nodes: string[]): PostgresAuditTrailState => ({
  ...trailOf(...nodes),
  schema: "dsmil_audit",
  schemaVersion: 1,
});

/** Sessions of the trail's roles. */
export const trailSessions = ({ as }: PostgresRig) => ({
  asNode: <T>(node: string, work: (client: Client) => Promise<T>): Promise<T> =>
    as(`dsmil_audit_${node.replace("-", "_")}`, writerPassword(node), work),
  asReader: <T>(work: (client: Client) => Promise<T>): Promise<T> => as("dsmil_audit_reader", READER_PASSWORD, work),
});

/** Entries in the chain after `head`; the last one signed when there is a key. */
export async function batchAfter(
  head: ChainHead,
  entries: readonly AuditEntry[],
  key?: Signer,
): Promise<ChainedEntry[]> {
  const rows: ChainedEntry[] = [];
  for (const entry of entries) rows.push(link(rows.at(-1)?.hash ?? head.hash, entry));
  const last = rows.pop();
  if (last === undefined) return [];
  return [...rows, { ...last, signature: key ? await key.sign(last.hash, AUDIT_CONTEXT) : null }];
}

/** Appends as a gateway does; how many are new. */
export async function append(client: Queryable, entries: readonly ChainedEntry[]): Promise<number> {
  const { name, text, values } = appendStatement(entries);
  return (await client.query({ name, text, values: [...values] })).rowCount ?? 0;
}

/** Reads a chain's end as a gateway does. */
export async function headOf(client: Queryable, node: string): Promise<ChainHead> {
  const { text, values } = headStatement(node);
  const [row] = (await client.query({ text, values: [...values] })).rows;
  return row ? { seq: Number(row.seq), hash: row.hash } : { seq: 0, hash: GENESIS };
}

/** Appends `count` more refusals of a node; the last one signed when there is a key. */
export async function appendMore(
  client: Queryable,
  node: string,
  count: number,
  key?: Signer,
): Promise<ChainedEntry[]> {
  const head = await headOf(client, node);
  const entries = Array.from({ length: count }, (_, i) => refusal(node, head.seq + i + 1));
  const rows = await batchAfter(head, entries, key);
  await append(client, rows);
  return rows;
}
