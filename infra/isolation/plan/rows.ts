import type { Tenant } from "../../model/types.ts";

/** Tables of a tenant's schema. */
export const TABLES = ["events", "rejects", "policies", "audit_log"] as const;

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
  };
  const row = rows[table];
  return `insert into ${tableOf(schema, table)} (${Object.keys(row).join(", ")}) values (${Object.values(row).join(", ")})`;
}

/** A statement that changes nothing though it would be allowed to change everything. */
export function touchNothing(table: string, verb: "update" | "delete"): string {
  return verb === "update"
    ? `update ${table} set tenant_id = tenant_id where false`
    : `delete from ${table} where false`;
}
