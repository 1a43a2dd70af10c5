import type { ChainedEntry } from "./entry.ts";

/** A statement for `pg`. */
export interface Statement {
  /** Prepared once for each connection. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** The last entry of a chain, as the table has it or as the node remembers it. */
export interface ChainHead {
  /** 0: there is none. */
  readonly seq: number;
  readonly hash: Buffer;
}

/** An entry with the signature that stands under it, whoever made it. */
export interface SignedHead extends ChainHead {
  readonly signature: Buffer;
}

/**
 * SQLSTATE of what the trail refuses. `fork`: another entry has this number, or the chain ends with another one; `gap`:
 * entries before this one are missing; `hash`: the hash is not the entry's. None of them helps to be sent again.
 */
export const AUDIT_ERRORS = { fork: "DA001", gap: "DA002", hash: "DA003" } as const;

const COLUMNS: readonly (readonly [column: string, type: string])[] = [
  ["node", "text"],
  ["seq", "bigint"],
  ["ts", "timestamptz"],
  ["kind", "text"],
  ["tenant", "text"],
  ["reason", "text"],
  ["type", "integer"],
  ["source", "integer"],
  ["destination", "integer"],
  ["peer", "text"],
  ["message_id", "text"],
  ["detail", "text"],
  ["prev_hash", "bytea"],
  ["hash", "bytea"],
  ["signature", "bytea"],
];
const names = COLUMNS.map(([column]) => column).join(", ");

const APPEND = `INSERT INTO dsmil_audit.entries (${names})
SELECT ${names} FROM json_to_recordset($1::json) AS r (${COLUMNS.map((c) => c.join(" ")).join(", ")}) ORDER BY seq`;

/** Entries from the end among which signed ones are looked for: a bound, should somebody append without end. */
const REACH = 100_000;

const bytes = (value: Buffer | null): string | null => (value === null ? null : `\\x${value.toString("hex")}`);

/**
 * Appends entries of one node in one statement: all of them or none. When it succeeds, all are there, also those that an
 * earlier try had brought in and whose answer was lost: the same batch can be sent again. `rowCount` is how many are new.
 * Fails with one of {@link AUDIT_ERRORS} where the trail holds something else than this chain.
 */
export function appendStatement(entries: readonly ChainedEntry[]): Statement {
  const rows = entries.map(({ messageId, prevHash, hash, signature, ...rest }) => ({
    ...rest,
    message_id: messageId,
    prev_hash: bytes(prevHash),
    hash: bytes(hash),
    signature: bytes(signature),
  }));
  return { name: "dsmil-audit-append", text: APPEND, values: [JSON.stringify(rows)] };
}

/** Reads the last entry's number and hash: row `{ seq: string, hash: Buffer }`, or no row. */
export function headStatement(node: string): Statement {
  const text = "SELECT seq, hash FROM dsmil_audit.entries WHERE node = $1 ORDER BY seq DESC LIMIT 1";
  return { name: "dsmil-audit-head", text, values: [node] };
}

/** Reads one entry's hash: row `{ hash: Buffer }`, or no row. */
export function hashStatement(node: string, seq: number): Statement {
  const text = "SELECT hash FROM dsmil_audit.entries WHERE node = $1 AND seq = $2";
  return { name: "dsmil-audit-hash", text, values: [node, String(seq)] };
}

/** Reads the last signed entries, latest first: rows `{ seq: string, hash: Buffer, signature: Buffer }`. */
export function signedStatement(node: string, limit: number): Statement {
  const latest = `SELECT seq, hash, signature FROM dsmil_audit.entries WHERE node = $1 ORDER BY seq DESC LIMIT ${REACH}`;
  const text = `SELECT * FROM (${latest}) AS latest WHERE signature IS NOT NULL ORDER BY seq DESC LIMIT $2`;
  return { name: "dsmil-audit-signed", text, values: [node, String(limit)] };
}
