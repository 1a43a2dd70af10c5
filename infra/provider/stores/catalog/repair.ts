import { identifier, literal } from "../postgres.ts";
import type { Difference } from "./compare.ts";
import type { Fact, FactKind, Facts } from "./facts.ts";
import type { SchemaNames } from "./names.ts";
import { accessRepair, roleRepair } from "./repair-roles.ts";
import { columnRepair, createTable, relationRepair } from "./repair-tables.ts";
import { SHARED_LOCK } from "./statements.ts";

/** A statement, and whether it would lose data. */
export interface Step {
  readonly sql: string;
  /** Asked before; true: there is something to lose. */
  readonly guard?: { readonly sql: string; readonly what: string };
}

/** The order of repairs: things before what stands on them. */
const order: readonly FactKind[] = [
  "role",
  "setting",
  "member",
  "elsewhere",
  "schema",
  "relation",
  "type",
  "column",
  "constraint",
  "index",
  "function",
  "trigger",
  "rule",
  "policy",
  "default",
  "grant",
];

/** What goes for good goes before anything is changed: rules, triggers and policies could stand in the way. */
function rank({ want, found }: Difference): number {
  if (want) return order.indexOf(want.kind);
  const kind = (found as Fact).kind;
  return ["rule", "trigger", "policy"].includes(kind) ? -1 : order.indexOf(kind);
}

/**
 * The statements that turn what is there into what should be, taken from the server's own description of it. What
 * follows from a repair (a new function is executable by everyone) is left to the next look at the catalog.
 * @throws Error for what only a person can decide
 */
export function repairs(differences: readonly Difference[], desired: Facts, names: SchemaNames): Step[] {
  const steps = withoutConsequences(differences)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((difference) => ({ shared: isShared(difference), sql: repair(difference, desired, names) }));
  const [own, common] = [steps.filter(({ shared }) => !shared), steps.filter(({ shared }) => shared)];
  // Last, so that the lock on what all schemas share is held for a moment only.
  return [...own, ...(common.length > 0 ? [{ sql: [{ sql: SHARED_LOCK }] }, ...common] : [])].flatMap(({ sql }) => sql);
}

/** A missing table is made with its columns; what should not be there takes everything with it that hangs on it. */
function withoutConsequences(differences: readonly Difference[]): Difference[] {
  const made = new Set<unknown>();
  const dropped = new Set<unknown>();
  const left = new Set<unknown>();
  for (const { want, found } of differences) {
    if (want?.kind === "relation" && !found) made.add(want.name);
    if (found?.kind === "role" && !want) left.add(found.name);
    if (found?.kind === "relation" && !want) dropped.add(found.name);
    if (found?.kind === "function" && !want) dropped.add(found.value.object);
  }
  return differences.filter(({ want, found }) => {
    const { kind, value } = (want ?? found) as Fact;
    if (kind === "relation" || kind === "function" || kind === "role") return true;
    if ([value.role, value.member, value.grantee].some((role) => left.has(role))) return false;
    if (want && kind === "column") return !made.has(value.table);
    return !dropped.has(value.table) && !(kind === "grant" && dropped.has(value.object));
  });
}

function isShared({ want, found }: Difference): boolean {
  const { kind, value, name } = (want ?? found) as Fact;
  return kind === "grant" && (value.what === "DATABASE" || name.startsWith("schema public "));
}

function repair(difference: Difference, desired: Facts, names: SchemaNames): Step[] {
  const { want, found } = difference;
  const fact = (want ?? found) as Fact;
  switch (fact.kind) {
    case "role":
    case "setting":
    case "member":
    case "elsewhere":
      return roleRepair(difference, names);
    case "grant":
    case "default":
      return accessRepair(difference);
    case "schema":
      return schemaRepair(difference);
    case "relation":
      return want && !found ? createTable(want, desired, names) : relationRepair(difference, names);
    case "column":
      return columnRepair(difference, names);
    default:
      return [...(found ? [dropObject(found, names)] : []), ...(want ? createObject(want, names) : [])];
  }
}

function schemaRepair({ want, found }: Difference): Step[] {
  if (want === undefined) return [];
  const name = identifier(want.name);
  const owner = identifier(String(want.value.owner));
  const make = found ? `ALTER SCHEMA ${name} OWNER TO ${owner}` : `CREATE SCHEMA ${name} AUTHORIZATION ${owner}`;
  return [{ sql: make }, { sql: `COMMENT ON SCHEMA ${name} IS ${literal(String(want.value.comment))}` }];
}

/** Drops what holds no data: it is made again from its description. */
function dropObject({ kind, value, name }: Fact, { schema }: SchemaNames): Step {
  const table = `${schema}.${identifier(String(value.table))}`;
  const part = (field: string): string => identifier(String(value[field]));
  const sql: Partial<Record<FactKind, () => string>> = {
    constraint: () => `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${part("constraint")} CASCADE`,
    index: () => `DROP INDEX IF EXISTS ${schema}.${part("index")} CASCADE`,
    policy: () => `DROP POLICY IF EXISTS ${part("policy")} ON ${table}`,
    trigger: () => `DROP TRIGGER IF EXISTS ${part("trigger")} ON ${table}`,
    rule: () => `DROP RULE IF EXISTS ${part("rule")} ON ${table} CASCADE`,
    function: () => `DROP ROUTINE IF EXISTS ${String(value.object)} CASCADE`,
    type: () => `DROP TYPE IF EXISTS ${schema}.${identifier(name)} CASCADE`,
  };
  return { sql: (sql[kind] as () => string)() };
}

function createObject({ kind, value }: Fact, { schema }: SchemaNames): Step[] {
  const table = `${schema}.${identifier(String(value.table))}`;
  const definition = String(value.definition);
  switch (kind) {
    case "constraint":
      return [{ sql: `ALTER TABLE ${table} ADD CONSTRAINT ${identifier(String(value.constraint))} ${definition}` }];
    case "policy":
      return [{ sql: createPolicy(value, table) }];
    case "trigger": {
      const mode = { A: "ENABLE ALWAYS", D: "DISABLE", R: "ENABLE REPLICA" }[String(value.enabled)] ?? "ENABLE";
      return [
        { sql: definition },
        { sql: `ALTER TABLE ${table} ${mode} TRIGGER ${identifier(String(value.trigger))}` },
      ];
    }
    case "function":
      return [
        { sql: definition },
        { sql: `ALTER ROUTINE ${String(value.object)} OWNER TO ${identifier(String(value.owner))}` },
      ];
    default:
      return [{ sql: definition }];
  }
}

const commands: Readonly<Record<string, string>> = { r: "SELECT", a: "INSERT", w: "UPDATE", d: "DELETE", "*": "ALL" };

function createPolicy(value: Fact["value"], table: string): string {
  const roles = (value.roles as string[]).map((role) => (role === "PUBLIC" ? role : identifier(role)));
  return [
    `CREATE POLICY ${identifier(String(value.policy))} ON ${table}`,
    `AS ${value.permissive ? "PERMISSIVE" : "RESTRICTIVE"} FOR ${commands[String(value.command)]} TO ${roles.join(", ")}`,
    ...(value.using === null ? [] : [`USING (${String(value.using)})`]),
    ...(value.check === null ? [] : [`WITH CHECK (${String(value.check)})`]),
  ].join(" ");
}
