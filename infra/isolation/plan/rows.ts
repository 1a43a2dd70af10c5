import { chainDecision, DECISION_GENESIS } from "../../../images/runtime/policy/decision-record.ts";
import type { Tenant } from "../../model/types.ts";

/** Tables of a tenant's schema. */
export const TABLES = ["events", "rejects", "policies", "audit_log", "decisions", "proposals"] as const;

export type Table = (typeof TABLES)[number];

/** Name of a tenant's table with its schema. */
export const tableOf = ({ schema }: Tenant, table: Table): string => `${schema}.${table}`;

/**
 * A statement that inserts one row which no service would write, for transactions that are rolled back.
 * @param schema tenant whose table it goes into
 * @param owner tenant whose id the row carries
 */
export function insertProbe(schema: Tenant, table: Table, nonce: string, owner: Tenant = schema): string {
  const id = `'00000000-0000-8000-8000-0000${nonce}'`;
  const tenant = `'${owner.prefix}'`;
  const now = "now()";
  const rows: Readonly<Record<Table, Readonly<Record<string, string>>>> = {
    events: {
      event_id: id,
      tenant_id: tenant,
      ts: now,
      received_at: now,
      source: "'probe'",
      category: "'PROBE'",
      severity: "'INFO'",
      raw: "'{}'",
    },
    rejects: { reject_id: id, tenant_id: tenant, source: "'probe'", line: "''", reason: "'probe'", received_at: now },
    policies: { policy_id: `'probe-${nonce}'`, version: "1", tenant_id: tenant, document: "'{}'" },
    audit_log: { tenant_id: tenant, actor: "'probe'", action: "'probe'", outcome: "'probe'", detail: "'{}'" },
    decisions: decisionRow(owner, nonce),
    proposals: {
      ...{ proposal_id: id, tenant_id: tenant, ts: now, device: "0", event_id: id, action: "'PROBE'", target: "''" },
      ...{ rationale: "'probe'", severity: "'INFO'", channels: "'{}'", decision_writer: "'probe'", decision_seq: "1" },
      ...{ policy_version: "1", status: "'proposed'" },
    },
  };
  const row = rows[table];
  return `insert into ${tableOf(schema, table)} (${Object.keys(row).join(", ")}) values (${Object.values(row).join(", ")})`;
}

/** The first decision of a writer that never is: the table takes no row that does not fit its chain. */
function decisionRow({ prefix }: Tenant, nonce: string): Readonly<Record<string, string>> {
  const { hash, prevHash, ...record } = chainDecision(DECISION_GENESIS, {
    ...{ writer: `probe-${nonce}`, seq: 1, ts: "2000-01-01T00:00:00.000Z", tenant: prefix, device: 0 },
    ...{ decision: "allow_action", request: null, allow: false, reasons: ["no_policy"] },
    ...{ policyVersion: null, policyBundle: null, about: null, micros: 0 },
  });
  const { writer, seq, ts, device, decision, micros } = record;
  const bytes = (value: Buffer): string => `'\\x${value.toString("hex")}'`;
  return {
    ...{ writer: `'${writer}'`, seq: `${seq}`, tenant_id: `'${prefix}'`, ts: `'${ts}'`, device: `${device}` },
    ...{ decision: `'${decision}'`, allow: "false", reasons: "'{no_policy}'", micros: `${micros}` },
    ...{ prev_hash: bytes(prevHash), hash: bytes(hash) },
  };
}

/** A statement that changes nothing though it would be allowed to change everything. */
export function touchNothing(table: string, verb: "update" | "delete"): string {
  return verb === "update"
    ? `update ${table} set tenant_id = tenant_id where false`
    : `delete from ${table} where false`;
}
