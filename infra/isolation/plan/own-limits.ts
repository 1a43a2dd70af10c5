import { postgresRole } from "../../model/names.ts";
import type { Tenant } from "../../model/types.ts";
import type { Attempt, Plan, PostgresIdentity } from "../types.ts";
import { insertProbe, tableOf, touchNothing } from "./rows.ts";

/**
 * What a tenant must not be able to do even to its own: rewrite the audit log, decisions or proposals, delete events
 * before their time, write under another tenant's name, look past its own row security.
 */
export function planOwnLimits(tenant: Tenant, other: Tenant, nonce: string): Plan {
  const me: PostgresIdentity = { tenant: tenant.id, role: "app", source: "stack" };
  const audit = tableOf(tenant, "audit_log");
  const append = [insertProbe(tenant, "audit_log", nonce)];
  const decisions = tableOf(tenant, "decisions");
  const decide = [insertProbe(tenant, "decisions", nonce)];
  const proposals = tableOf(tenant, "proposals");
  const propose = [insertProbe(tenant, "proposals", nonce)];
  const select = [`select 1 from ${tableOf(tenant, "events")} limit 1`];
  const insert = [insertProbe(tenant, "events", nonce)];
  const attempt = (
    what: string,
    sql: readonly string[],
    control: readonly string[],
    rest: Partial<Attempt> = {},
  ): Attempt => ({
    id: `postgres/${tenant.id}/own limits/${what}`,
    layer: "postgres",
    victim: tenant.id,
    attacker: tenant.id,
    credential: `${postgresRole(tenant.id, "app")} (stack)`,
    what,
    attack: { kind: "postgres", as: me, sql },
    refusals: ["42501"],
    control: { kind: "postgres", as: me, sql: control },
    works: ["OK"],
    remedy: `the tables of schema ${tenant.schema} are not as they should be: \`bin/dsmil up\` sets grants and triggers again`,
    ...rest,
  });
  /** Superusers pass grants and policies: only the trigger stands. */
  const byAdmin = (what: string, change: string, control: readonly string[]): Attempt =>
    attempt(`${what} as dsmil_admin`, [...control, change], control, {
      credential: "dsmil_admin",
      attack: { kind: "postgres", as: "admin", sql: [...control, change] },
      control: { kind: "postgres", as: "admin", sql: control },
    });
  return {
    attempts: [
      attempt("update the audit log", [touchNothing(audit, "update")], append),
      attempt("delete from the audit log", [touchNothing(audit, "delete")], append),
      attempt("truncate the audit log", [`truncate ${audit}`], append),
      byAdmin("update the audit log", `update ${audit} set outcome = 'changed'`, append),
      byAdmin("delete from the audit log", `delete from ${audit}`, append),
      attempt("update the log of decisions", [touchNothing(decisions, "update")], decide),
      attempt("delete from the log of decisions", [touchNothing(decisions, "delete")], decide),
      attempt("truncate the log of decisions", [`truncate ${decisions}`], decide),
      byAdmin("update the log of decisions", `update ${decisions} set allow = true`, decide),
      byAdmin("delete from the log of decisions", `delete from ${decisions}`, decide),
      attempt("delete events before their time", [touchNothing(tableOf(tenant, "events"), "delete")], insert),
      attempt(`archive an event of ${other.id}`, [insertProbe(tenant, "events", nonce, other)], insert),
      attempt("update proposals", [touchNothing(proposals, "update")], propose),
      attempt("delete proposals before their time", [touchNothing(proposals, "delete")], propose),
      attempt("truncate proposals", [`truncate ${proposals}`], propose),
      attempt(`log a decision of ${other.id}`, [insertProbe(tenant, "decisions", nonce, other)], decide),
      attempt(`propose for ${other.id}`, [insertProbe(tenant, "proposals", nonce, other)], propose),
      attempt("look past its own row security", ["set local row_security = off", ...select], select),
    ],
    setup: [],
    teardown: [],
  };
}
