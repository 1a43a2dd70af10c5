import type { ChainedDecision } from "./decision-record.ts";

/**
 * SQLSTATE of what a tenant's log of decisions refuses. `order`: the record does not follow the writer's last one;
 * `hash`: the hash is not the record's.
 */
export const DECISION_ERRORS = { order: "DD001", hash: "DD002" } as const;

/** A statement for `pg`. */
export interface DecisionStatement {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

const COLUMNS: readonly (readonly [column: string, type: string])[] = [
  ["writer", "text"],
  ["seq", "bigint"],
  ["tenant_id", "text"],
  ["ts", "timestamptz"],
  ["device", "integer"],
  ["decision", "text"],
  ["request", "text"],
  ["allow", "boolean"],
  ["reasons", "text[]"],
  ["policy_version", "bigint"],
  ["policy_bundle", "text"],
  ["about", "text"],
  ["micros", "bigint"],
  ["prev_hash", "bytea"],
  ["hash", "bytea"],
];
const names = COLUMNS.map(([column]) => column).join(", ");
const typed = COLUMNS.map((column) => column.join(" ")).join(", ");

/** As text with milliseconds: what somebody put there need not be an instant that JavaScript knows. */
const READ = COLUMNS.map(([column]) =>
  column === "ts" ? `to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ts` : column,
).join(", ");

const tableOf = (schema: string): string => `"${schema.replaceAll('"', '""')}".decisions`;

/** Appends records of one writer in one statement: all of them or none. */
export function appendDecisions(schema: string, records: readonly ChainedDecision[]): DecisionStatement {
  const rows = records.map(({ tenant, policyVersion, policyBundle, prevHash, hash, ...rest }) => ({
    ...rest,
    tenant_id: tenant,
    policy_version: policyVersion,
    policy_bundle: policyBundle,
    prev_hash: `\\x${prevHash.toString("hex")}`,
    hash: `\\x${hash.toString("hex")}`,
  }));
  const text = `INSERT INTO ${tableOf(schema)} (${names})
SELECT ${names} FROM json_to_recordset($1::json) AS r (${typed}) ORDER BY seq`;
  return { text, values: [JSON.stringify(rows)] };
}

/** Reads the last record's number and hash: row `{ seq: string, hash: Buffer }`, or no row. */
export const decisionHead = (schema: string, writer: string): DecisionStatement => ({
  text: `SELECT seq, hash FROM ${tableOf(schema)} WHERE writer = $1 ORDER BY seq DESC LIMIT 1`,
  values: [writer],
});

/** Reads the writer after one, by name: row `{ writer: string }`, or no row. One step in the primary key. */
export const nextDecisionWriter = (schema: string, after: string): DecisionStatement => ({
  text: `SELECT writer FROM ${tableOf(schema)} WHERE writer > $1 ORDER BY writer LIMIT 1`,
  values: [after],
});

/** Reads a writer's records from a number on, in order. */
export const decisionsFrom = (schema: string, writer: string, seq: number, limit: number): DecisionStatement => ({
  text: `SELECT ${READ} FROM ${tableOf(schema)} WHERE writer = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
  values: [writer, seq, limit],
});
