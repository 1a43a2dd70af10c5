import type { Attempt, Plan } from "../types.ts";
import type { Pair } from "./pair.ts";
import { insertProbe, TABLES, tableOf } from "./rows.ts";

/** Whether anything of the attacker is found among what the victim stores: mixing that has already happened. */
export function planArchive({ victim, attacker, nonce }: Pair): Plan {
  const facts = { layer: "archive", victim: victim.id, attacker: attacker.id, credential: "dsmil_admin" } as const;
  const remedy = `entries of ${attacker.id} are among ${victim.id}'s: keep both as evidence, and look at the services' logs`;
  const tables = TABLES.map((table): Attempt => {
    const count = (tenant: string): string =>
      `select count(*) from ${tableOf(victim, table)} where tenant_id = '${tenant}'`;
    return {
      ...facts,
      id: `archive/${attacker.id}→${victim.id}/rows in ${table}`,
      what: `rows of ${attacker.id} in ${tableOf(victim, table)}`,
      attack: { kind: "postgres", as: "admin", sql: [count(attacker.prefix)], counts: true },
      refusals: ["no_rows"],
      leaks: ["rows"],
      control: {
        kind: "postgres",
        as: "admin",
        sql: [insertProbe(victim, table, nonce), count(victim.prefix)],
        counts: true,
      },
      works: ["rows"],
      remedy,
    };
  });
  const streams = (Object.values(victim.streams) as string[]).map((key): Attempt => {
    const command = ["XREVRANGE", key, "+", "-", "COUNT", "1000"];
    return {
      ...facts,
      id: `archive/${attacker.id}→${victim.id}/entries in ${key}`,
      what: `entries of ${attacker.id} among the last 1000 of ${key}`,
      attack: { kind: "redis", as: "admin", command, seeks: `"tenant_id":"${attacker.prefix}"` },
      refusals: ["not_listed"],
      leaks: ["listed"],
      control: { kind: "redis", as: "admin", command },
      works: ["OK"],
      remedy,
    };
  });
  return { attempts: [...tables, ...streams], setup: [], teardown: [] };
}
