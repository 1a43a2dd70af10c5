import { identifier, literal } from "../postgres.ts";
import type { Difference } from "./compare.ts";
import type { Fact } from "./facts.ts";
import type { SchemaNames } from "./names.ts";
import type { Step } from "./repair.ts";

/** Roles, their settings and memberships, and what they have outside their schema. */
export function roleRepair({ want, found }: Difference, names: SchemaNames): Step[] {
  const { kind, value } = (want ?? found) as Fact;
  switch (kind) {
    case "role":
      return want
        ? [{ sql: `${found ? "ALTER" : "CREATE"} ROLE ${identifier(want.name)} ${attributes(want)}` }]
        : dropRole(identifier((found as Fact).name));
    case "setting":
      return [{ sql: setting(value, want !== undefined) }];
    case "member":
      return membership(value, want !== undefined, found !== undefined);
    default:
      return elsewhere(value, names);
  }
}

/** What differs on both sides is the right to pass it on: it is given anew. */
function membership(value: Fact["value"], wanted: boolean, found: boolean): Step[] {
  const [role, member] = [identifier(String(value.role)), identifier(String(value.member))];
  return [
    ...(found ? [{ sql: `REVOKE ${role} FROM ${member} CASCADE` }] : []),
    ...(wanted ? [{ sql: `GRANT ${role} TO ${member}${value.admin ? " WITH ADMIN OPTION" : ""}` }] : []),
  ];
}

/** A role that left: what it owned goes to the administrator, what it was granted goes with it. */
const dropRole = (role: string): Step[] => [
  { sql: `REASSIGN OWNED BY ${role} TO CURRENT_USER` },
  { sql: `DROP OWNED BY ${role}` },
  { sql: `DROP ROLE ${role}` },
];

function attributes({ value }: Fact): string {
  const flag = (field: string, word: string): string => (value[field] ? word : `NO${word}`);
  return [
    flag("login", "LOGIN"),
    flag("superuser", "SUPERUSER"),
    flag("createdb", "CREATEDB"),
    flag("createrole", "CREATEROLE"),
    flag("inherit", "INHERIT"),
    flag("replication", "REPLICATION"),
    flag("bypassrls", "BYPASSRLS"),
    `CONNECTION LIMIT ${Number(value.connections)}`,
    "VALID UNTIL 'infinity'",
  ].join(" ");
}

function setting(value: Fact["value"], wanted: boolean): string {
  const where = value.database === null ? "" : ` IN DATABASE ${identifier(String(value.database))}`;
  const parameter = identifier(String(value.parameter));
  const action = wanted ? `SET ${parameter} TO ${literal(String(value.value))}` : `RESET ${parameter}`;
  return `ALTER ROLE ${identifier(String(value.role))}${where} ${action}`;
}

/** `pg_identify_object`'s type → what REVOKE calls it. */
const revocable: Readonly<Record<string, string>> = {
  table: "TABLE",
  view: "TABLE",
  "materialized view": "TABLE",
  "foreign table": "TABLE",
  sequence: "SEQUENCE",
  schema: "SCHEMA",
  function: "FUNCTION",
  procedure: "PROCEDURE",
  type: "TYPE",
  language: "LANGUAGE",
  "foreign-data wrapper": "FOREIGN DATA WRAPPER",
  server: "FOREIGN SERVER",
  tablespace: "TABLESPACE",
  database: "DATABASE",
};

/** Rights on other things are revoked, other things owned go to the administrator; what is left is for a person. */
function elsewhere(value: Fact["value"], names: SchemaNames): Step[] {
  const { how, type, identity } = value as Record<string, string | null>;
  const name = String(value.role);
  const role = identifier(name);
  if (how === "o" && identity !== null && name !== names.owner)
    return [{ sql: `REASSIGN OWNED BY ${role} TO CURRENT_USER` }];
  if (how === "a" && type && identity) {
    const what = revocable[type];
    if (what) return [{ sql: `REVOKE ALL ON ${what} ${identity} FROM ${role} CASCADE` }];
    if (type === "table column") {
      const dot = identity.lastIndexOf(".");
      return [{ sql: `REVOKE ALL (${identity.slice(dot + 1)}) ON ${identity.slice(0, dot)} FROM ${role} CASCADE` }];
    }
  }
  const thing = identity === null ? `objects of database ${String(value.database)}` : `${type} ${identity}`;
  throw new Error(`role ${name} has to do with ${thing}, outside its schema: take that away by hand, then run again`);
}

const defaultObjects: Readonly<Record<string, string>> = {
  r: "TABLES",
  S: "SEQUENCES",
  f: "ROUTINES",
  T: "TYPES",
  n: "SCHEMAS",
};

/** Grants and default privileges. */
export function accessRepair({ want, found }: Difference): Step[] {
  const { kind, value } = (want ?? found) as Fact;
  const grantee = value.grantee === null ? "PUBLIC" : identifier(String(value.grantee));
  const privilege = String(value.privilege);
  if (kind === "default") {
    const scope = value.schema === null ? "" : ` IN SCHEMA ${identifier(String(value.schema))}`;
    const objects = defaultObjects[String(value.objects)];
    const of = `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(String(value.role))}${scope}`;
    return [{ sql: `${of} REVOKE ${privilege} ON ${objects} FROM ${grantee} CASCADE` }];
  }
  const column = value.column === null ? "" : ` (${identifier(String(value.column))})`;
  const on = `${privilege}${column} ON ${String(value.what)} ${String(value.object)}`;
  if (want === undefined) return [{ sql: `REVOKE ${on} FROM ${grantee} CASCADE` }];
  // What differs on both sides can only be the right to pass it on.
  if (found !== undefined && !want.value.grantable)
    return [{ sql: `REVOKE GRANT OPTION FOR ${on} FROM ${grantee} CASCADE` }];
  return [{ sql: `GRANT ${on} TO ${grantee}${want.value.grantable ? " WITH GRANT OPTION" : ""}` }];
}
