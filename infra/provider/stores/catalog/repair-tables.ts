import { identifier } from "../postgres.ts";
import type { Difference } from "./compare.ts";
import type { Fact, Facts } from "./facts.ts";
import type { SchemaNames } from "./names.ts";
import type { Step } from "./repair.ts";

/** A missing table, with its columns; constraints, indexes and policies follow by themselves. */
export function createTable(want: Fact, desired: Facts, { schema }: SchemaNames): Step[] {
  // An identity's sequence comes with its column.
  if (want.value.kind !== "r") return [];
  const columns = [...desired.values()].filter((fact) => fact.kind === "column" && fact.value.table === want.name);
  const table = `${schema}.${identifier(want.name)}`;
  return [{ sql: `CREATE TABLE ${table} (${columns.map(columnDefinition).join(", ")})` }, ...tableFlags(want, table)];
}

function columnDefinition({ value }: Fact): string {
  return [
    identifier(String(value.column)),
    String(value.type),
    ...(value.notNull ? ["NOT NULL"] : []),
    ...(value.default === null ? [] : [`DEFAULT ${String(value.default)}`]),
    ...(value.identity === "a" ? ["GENERATED ALWAYS AS IDENTITY"] : []),
  ].join(" ");
}

function tableFlags({ value }: Fact, table: string): Step[] {
  const parts = [
    `OWNER TO ${identifier(String(value.owner))}`,
    `${value.rowSecurity ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`,
    `${value.forced ? "" : "NO "}FORCE ROW LEVEL SECURITY`,
  ];
  return [{ sql: `ALTER TABLE ${table} ${parts.join(", ")}` }];
}

const kinds: Readonly<Record<string, string>> = {
  r: "TABLE",
  p: "TABLE",
  v: "VIEW",
  m: "MATERIALIZED VIEW",
  f: "FOREIGN TABLE",
  S: "SEQUENCE",
  c: "TYPE",
};

/** A relation that is different from what it should be, or should not be. */
export function relationRepair({ want, found, fields }: Difference, { schema }: SchemaNames): Step[] {
  if (found === undefined) return [];
  const name = `${schema}.${identifier(found.name)}`;
  const kind = String(found.value.kind);
  if (want === undefined || fields.includes("kind")) {
    const guard = { sql: `SELECT EXISTS (SELECT FROM ${name})`, what: `table ${name}` };
    const sql = `DROP ${kinds[kind] ?? "TABLE"} IF EXISTS ${name} CASCADE`;
    return [kind === "r" || kind === "p" ? { sql, guard } : { sql }];
  }
  if (kind === "S") return sequenceRepair(want, name, schema);
  const persistence = fields.includes("persistence") ? [{ sql: `ALTER TABLE ${name} SET LOGGED` }] : [];
  const options = fields.includes("options") ? resetOptions(found, name) : [];
  return [...persistence, ...options, ...tableFlags(want, name)];
}

/** A sequence follows its table's owner; by itself it can only have been given away with its link cut. */
function sequenceRepair({ value }: Fact, name: string, schema: string): Step[] {
  const table = `${schema}.${identifier(String(value.table))}`;
  return [
    { sql: `ALTER TABLE ${table} OWNER TO ${identifier(String(value.owner))}` },
    { sql: `ALTER SEQUENCE ${name} SET LOGGED` },
  ];
}

function resetOptions({ value }: Fact, name: string): Step[] {
  const options = (value.options as string[] | null) ?? [];
  return [
    {
      sql: `ALTER TABLE ${name} RESET (${options.map((option) => identifier(option.split("=")[0] as string)).join(", ")})`,
    },
  ];
}

/** A column that is missing, different, or should not be. */
export function columnRepair({ want, found, fields }: Difference, { schema }: SchemaNames): Step[] {
  const { value } = (want ?? found) as Fact;
  const table = `${schema}.${identifier(String(value.table))}`;
  const column = identifier(String(value.column));
  if (want === undefined) {
    const what = `column ${table}.${column}`;
    const guard = { sql: `SELECT EXISTS (SELECT FROM ${table} WHERE ${column} IS NOT NULL)`, what };
    return [{ sql: `ALTER TABLE ${table} DROP COLUMN ${column} CASCADE`, guard }];
  }
  if (found === undefined) return [{ sql: `ALTER TABLE ${table} ADD COLUMN ${columnDefinition(want)}` }];
  const alter = (action: string): Step => ({ sql: `ALTER TABLE ${table} ALTER COLUMN ${column} ${action}` });
  const { type, notNull, identity } = want.value;
  const steps: Step[] = [];
  if (fields.includes("generated")) throw new Error(`${table}.${column} became a generated column: replace it by hand`);
  if (fields.includes("type")) {
    if (found.value.default !== null) steps.push(alter("DROP DEFAULT"));
    steps.push(alter(`TYPE ${String(type)} USING ${column}::${String(type)}`));
  }
  if (fields.includes("type") || fields.includes("default")) {
    steps.push(alter(want.value.default === null ? "DROP DEFAULT" : `SET DEFAULT ${String(want.value.default)}`));
  }
  if (fields.includes("notNull")) steps.push(alter(`${notNull ? "SET" : "DROP"} NOT NULL`));
  if (fields.includes("identity")) {
    steps.push(alter("DROP IDENTITY IF EXISTS"));
    if (identity === "a") steps.push(alter("ADD GENERATED ALWAYS AS IDENTITY"), continueSequence(table, column));
  }
  return steps;
}

/** Goes on counting where the rows that are there end. */
const continueSequence = (table: string, column: string): Step => ({
  sql: `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), coalesce(max(${column}), 0) + 1, false) FROM ${table}`,
});
