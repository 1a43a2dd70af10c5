import { postgresRole } from "../../model/names.ts";
import type { Attempt, CredentialSource, Plan, PostgresIdentity, Probe } from "../types.ts";
import { credentialName, type Pair } from "./pair.ts";
import { insertProbe, TABLES, tableOf, touchNothing } from "./rows.ts";

type Role = "app" | "reader";

/** One thing to try as a role of the attacker. */
interface Try {
  readonly name: string;
  readonly sql: readonly string[];
  readonly control: readonly string[];
  readonly by: PostgresIdentity;
  /** Default: 42501, insufficient privilege. */
  readonly refusals?: readonly string[];
  readonly counts?: boolean;
}

/** What a tenant's Postgres roles can do to another tenant's schema, roles, files and sessions. */
export function planPostgres(pair: Pair): Plan {
  const attempts: Attempt[] = [];
  for (const role of ["app", "reader"] as const) {
    const sources: readonly CredentialSource[] = role === "app" ? pair.sources.postgres : ["stack"];
    for (const source of sources) {
      const tries = [...onTables(pair, role), ...onRights(pair, role), ...onServer(pair), ...onObjects(pair, role)];
      for (const one of tries) attempts.push(attempt(pair, role, source, one));
    }
    attempts.push(foreignLogin(pair, role));
  }
  const large = largeObject(pair);
  return {
    attempts,
    setup: [
      committed(`select lo_create(${large})`),
      committed(`alter large object ${large} owner to ${postgresRole(pair.victim.id, "app")}`),
    ],
    teardown: [committed(`select lo_unlink(${large})`)],
  };
}

/** Reading and writing the victim's tables by their full names, and by a search path. */
function onTables({ victim, nonce }: Pair, role: Role): Try[] {
  const owner = app(victim.id, role);
  const admin = "admin" as const;
  // Nobody may change the audit log, so that a table made for it shows that the operation works.
  const scratch = `create table ${victim.schema}.probe_${nonce} (like ${victim.schema}.events)`;
  const tries: Try[] = TABLES.flatMap((table): Try[] => {
    const select = [`select 1 from ${tableOf(victim, table)} limit 1`];
    const insert = [insertProbe(victim, table, nonce)];
    const verbs = (["update", "delete"] as const).map((verb): Try => {
      const control = [scratch, touchNothing(`${victim.schema}.probe_${nonce}`, verb)];
      return { name: `${verb} ${table}`, sql: [touchNothing(tableOf(victim, table), verb)], control, by: admin };
    });
    return [
      { name: `select ${table}`, sql: select, control: select, by: owner },
      { name: `insert ${table}`, sql: insert, control: insert, by: app(victim.id, "app") },
      ...verbs,
      {
        name: `truncate ${table}`,
        sql: [`truncate ${tableOf(victim, table)}`],
        control: [scratch, `truncate ${victim.schema}.probe_${nonce}`],
        by: admin,
      },
    ];
  });
  const bySearchPath = [`set local search_path = ${victim.schema}`, "select 1 from events limit 1"];
  const withoutRls = ["set local row_security = off", `select 1 from ${tableOf(victim, "events")} limit 1`];
  return [
    ...tries,
    { name: "select by search_path", sql: bySearchPath, control: bySearchPath, by: owner, refusals: ["42P01"] },
    { name: "select with row_security off", sql: withoutRls, control: withoutRls, by: admin },
    {
      name: "switch off row security",
      sql: [`alter table ${tableOf(victim, "events")} disable row level security`],
      control: [scratch, `alter table ${victim.schema}.probe_${nonce} disable row level security`],
      by: admin,
    },
    {
      name: "drop table",
      sql: [`drop table ${tableOf(victim, "events")}`],
      control: [scratch, `drop table ${victim.schema}.probe_${nonce}`],
      by: admin,
    },
  ];
}

/** Rights that are there although nothing uses them yet: grants, memberships, attributes. */
function onRights({ victim }: Pair, role: Role): Try[] {
  const owner = app(victim.id, role);
  const none = ["no_rows"];
  const counted = (name: string, sql: string, by: PostgresIdentity = owner): Try => ({
    name,
    sql: [sql],
    control: [sql],
    by,
    refusals: none,
    counts: true,
  });
  const inSchema = `from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = '${victim.schema}'`;
  const any = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"].join(", ");
  const theirs = `rolname like '${victim.id}\\_%' or rolname = '${postgresRole(victim.id, "owner")}' or rolname like 'pg\\_%' or rolsuper`;
  const attributes = "rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication";
  const queries = `query not in ('', '<insufficient privilege>')`;
  return [
    counted("hold a right on the schema", `select has_schema_privilege('${victim.schema}', 'USAGE, CREATE')::int`),
    counted(
      "hold a right on a table",
      `select count(*) ${inSchema} and c.relkind in ('r','v','m','p') and has_table_privilege(c.oid, '${any}')`,
    ),
    counted(
      "hold a right on a function",
      `select count(*) from pg_proc where pronamespace = '${victim.schema}'::regnamespace and has_function_privilege(oid, 'EXECUTE')`,
      app(victim.id, "app"),
    ),
    counted(
      "be a member of a role",
      `select count(*) from pg_roles where (${theirs}) and pg_has_role(current_user, oid, 'MEMBER')`,
    ),
    counted(
      "have a role attribute",
      `select count(*) from pg_roles where rolname = current_user and (${attributes})`,
      "admin",
    ),
    counted("list tables", `select count(*) from information_schema.tables where table_schema = '${victim.schema}'`),
    counted("list columns", `select count(*) from information_schema.columns where table_schema = '${victim.schema}'`),
    counted(
      "see running queries",
      `select count(*) from pg_stat_activity where usename like '${victim.id}\\_%' and ${queries}`,
    ),
  ];
}

/** Becoming somebody else, and reaching the server's files and programs. */
function onServer({ victim, attacker, nonce }: Pair): Try[] {
  const admin = "admin" as const;
  const same = (name: string, sql: string, by: PostgresIdentity = admin): Try => ({
    name,
    sql: [sql],
    control: [sql],
    by,
  });
  const theirApp = postgresRole(victim.id, "app");
  const body = "returns int language sql as 'select 1'";
  return [
    same(`set role ${theirApp}`, `set local role ${theirApp}`, app(victim.id, "app")),
    same("set role of the schema's owner", `set local role ${postgresRole(victim.id, "owner")}`),
    same("set role dsmil_admin", "set local role dsmil_admin"),
    same("set session authorization", `set local session authorization ${theirApp}`),
    same("grant itself a role", `grant ${theirApp} to ${postgresRole(attacker.id, "app")}`),
    same("alter a role", `alter role ${theirApp} connection limit -1`),
    same("create a role", `create role probe_${nonce}`),
    same("create a schema", `create schema probe_${nonce}`),
    same("create a function in public", `create function public.probe_${nonce}() ${body}`),
    same("read a server file", "select pg_read_file('PG_VERSION')"),
    same("list a server folder", "select pg_ls_dir('.') limit 1"),
    same("copy to a program", "copy (select 1) to program 'cat >/dev/null'"),
    {
      name: "copy from a file",
      sql: [`copy ${attacker.schema}.events from '/etc/hostname'`],
      control: [
        `create temporary table probe_${nonce} (line text) on commit drop`,
        `copy pg_temp.probe_${nonce} from '/etc/hostname'`,
      ],
      by: admin,
    },
  ];
}

/** Functions and large objects of the victim. */
function onObjects(pair: Pair, role: Role): Try[] {
  const { victim, nonce } = pair;
  const purge = [`select ${victim.schema}.purge_events()`];
  const read = [`select lo_get(${largeObject(pair)})`];
  const create = [`create function ${victim.schema}.probe_${nonce}() returns int language sql as 'select 1'`];
  const owner = app(victim.id, "app");
  const tries: Try[] = [
    { name: "run purge_events", sql: purge, control: purge, by: owner },
    { name: "read a large object", sql: read, control: read, by: owner },
  ];
  if (role === "app")
    tries.push({ name: "create a function in the schema", sql: create, control: create, by: "admin" });
  return tries;
}

const app = (tenant: string, role: Role): PostgresIdentity => ({ tenant, role, source: "stack" });

/** An object id that follows from the run, in the upper quarter, where the server has not counted to. */
const largeObject = ({ nonce, victim, model }: Pair): number =>
  0xc0000000 + ((Number.parseInt(nonce.slice(0, 7), 16) + model.tenants.indexOf(victim)) % 0x30000000);

const committed = (sql: string): Probe => ({ kind: "postgres", as: "admin", sql: [sql], commit: true });

function attempt(pair: Pair, role: Role, source: CredentialSource, one: Try): Attempt {
  const { victim, attacker } = pair;
  const user = postgresRole(attacker.id, role);
  const counts = one.counts ? { counts: true } : {};
  return {
    id: `postgres/${attacker.id}→${victim.id}/${user}@${source}/${one.name}`,
    layer: "postgres",
    victim: victim.id,
    attacker: attacker.id,
    credential: role === "app" ? credentialName(pair, "postgres", user, source) : `${user} (stack)`,
    what: one.name,
    attack: { kind: "postgres", as: { tenant: attacker.id, role, source }, sql: one.sql, ...counts },
    refusals: one.refusals ?? ["42501"],
    leaks: ["rows"],
    control: { kind: "postgres", as: one.by, sql: one.control, ...counts },
    works: one.counts ? ["rows"] : ["OK"],
    remedy: `role ${user} has a right it should not have on ${victim.id}'s side: \`bin/dsmil up\` sets grants, policies and roles again`,
  };
}

function foreignLogin({ victim, attacker }: Pair, role: Role): Attempt {
  const user = postgresRole(victim.id, role);
  return {
    id: `postgres/${attacker.id}→${victim.id}/login ${user}`,
    layer: "postgres",
    victim: victim.id,
    attacker: attacker.id,
    credential: `password of ${postgresRole(attacker.id, role)}`,
    what: `log in as ${user} with another tenant's password`,
    attack: { kind: "postgres-login", as: { tenant: victim.id, role, passwordOf: attacker.id } },
    refusals: ["28P01"],
    control: { kind: "postgres-login", as: app(victim.id, role) },
    works: ["OK"],
    remedy:
      "the server accepts a wrong password: compare pg_hba.conf with the rendered one; `bin/dsmil up` writes it again",
  };
}
