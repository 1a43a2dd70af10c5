import { postgresRole } from "../../model/names.ts";
import type { Attempt, Plan } from "../types.ts";
import type { Pair } from "./pair.ts";
import { insertProbe, TABLES, type Table, tableOf } from "./rows.ts";

/**
 * Row security by itself, as if every grant had gone wrong: inside a transaction that is rolled back the
 * administrator puts a row of the victim's into each table, gives the attacker the grants, and becomes the attacker.
 * What is left between the attacker and the row is the policy.
 */
export function planRowSecurity(pair: Pair): Plan {
  const attempts: Attempt[] = [];
  for (const table of TABLES) {
    for (const role of ["app", "reader"] as const) attempts.push(reads(pair, table, role));
    attempts.push(writes(pair, table));
  }
  attempts.push(forced(pair));
  return { attempts, setup: [], teardown: [] };
}

function granted({ victim }: Pair, table: Table, role: string): string[] {
  return [
    `grant usage on schema ${victim.schema} to ${role}`,
    `grant select, insert on ${tableOf(victim, table)} to ${role}`,
    `set local role ${role}`,
  ];
}

function reads(pair: Pair, table: Table, role: "app" | "reader"): Attempt {
  const { victim, attacker, nonce } = pair;
  const count = `select count(*) from ${tableOf(victim, table)}`;
  const as = (name: string): string[] => [insertProbe(victim, table, nonce), ...granted(pair, table, name), count];
  return attempt(pair, `read rows of ${table} as ${postgresRole(attacker.id, role)} with every grant`, {
    attack: { kind: "postgres", as: "admin", sql: as(postgresRole(attacker.id, role)), counts: true },
    refusals: ["no_rows"],
    control: { kind: "postgres", as: "admin", sql: as(postgresRole(victim.id, role)), counts: true },
    works: ["rows"],
  });
}

function writes(pair: Pair, table: Table): Attempt {
  const { victim, attacker, nonce } = pair;
  const as = (name: string): string[] => [...granted(pair, table, name), insertProbe(victim, table, nonce)];
  return attempt(pair, `write a row of ${table} as ${postgresRole(attacker.id, "app")} with every grant`, {
    attack: { kind: "postgres", as: "admin", sql: as(postgresRole(attacker.id, "app")) },
    refusals: ["42501"],
    control: { kind: "postgres", as: "admin", sql: as(postgresRole(victim.id, "app")) },
    works: ["OK"],
  });
}

/** Even the schema's owner is subject to the policies of every table. */
function forced(pair: Pair): Attempt {
  const { victim, nonce } = pair;
  const count =
    "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace " +
    `where n.nspname = '${victim.schema}' and c.relkind in ('r','p') and not (c.relrowsecurity and c.relforcerowsecurity)`;
  return attempt(pair, "a table without forced row security", {
    attack: { kind: "postgres", as: "admin", sql: [count], counts: true },
    refusals: ["no_rows"],
    control: {
      kind: "postgres",
      as: "admin",
      sql: [`create table ${victim.schema}.probe_${nonce} (x int)`, count],
      counts: true,
    },
    works: ["rows"],
  });
}

function attempt(
  { victim, attacker }: Pair,
  what: string,
  rest: Pick<Attempt, "attack" | "refusals" | "control" | "works">,
): Attempt {
  return {
    id: `postgres/${attacker.id}→${victim.id}/row security/${what}`,
    layer: "postgres",
    victim: victim.id,
    attacker: attacker.id,
    credential: "row security alone",
    what,
    leaks: ["rows"],
    remedy: `row security of schema ${victim.schema} is not as it should be: \`bin/dsmil up\` sets it again`,
    ...rest,
  };
}
