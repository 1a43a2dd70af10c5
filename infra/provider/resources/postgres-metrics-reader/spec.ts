import type { SchemaNames } from "../../stores/catalog/names.ts";
import type { SchemaSpec } from "../../stores/catalog/spec.ts";
import { type Blueprint, standardFacts } from "../../stores/catalog/standard.ts";
import { connectOnly, createRole } from "../../stores/catalog/statements.ts";
import { commentOf } from "../../stores/catalog/version.ts";
import type { PostgresMetricsReaderInputs as Inputs } from "./args.ts";

/** The word in the names of the real schema; a blueprint has another in its place. */
const WORD = "metrics";
const VERSION = 1;
/** Connections of the exporter, and of its next one during a restart. */
const CONNECTIONS = 4;

interface MetricsNames extends SchemaNames {
  readonly reader: string;
}

/** The reader's schema is empty: it is what the roles are kept by. */
function namesOf(word: string = WORD): MetricsNames {
  const [owner, reader] = [`dsmil_${word}_owner`, `dsmil_${word}_reader`];
  return { schema: `dsmil_${word}`, owner, reader, roles: [owner, reader] };
}

/** Server statistics and nothing else: no right on any table, no schema to make one in. */
function statements(word: string): string {
  const { schema, owner, reader } = namesOf(word);
  return [
    createRole(owner, 0),
    createRole(reader, CONNECTIONS),
    // Without it the membership below would be worth nothing without SET ROLE.
    `ALTER ROLE ${reader} INHERIT;`,
    `GRANT pg_monitor TO ${reader};`,
    `CREATE SCHEMA ${schema} AUTHORIZATION ${owner};`,
    `COMMENT ON SCHEMA ${schema} IS '${commentOf("metrics reader", VERSION)}';`,
    connectOnly([reader]),
  ].join("\n");
}

const BLUEPRINT: Blueprint = { key: "metrics", names: namesOf, statements };

/** The reader as it should be. */
export function metricsReaderSpec({ node, password }: Inputs): SchemaSpec {
  const names = namesOf();
  return {
    node,
    names,
    version: VERSION,
    rolePrefix: "dsmil_metrics_",
    logins: [{ role: names.reader, password }],
    // There are no rows.
    repairsMayDrop: true,
    removalMayDrop: true,
    retain: false,
    desired: (pool) => standardFacts(pool, BLUEPRINT, (text, word) => text.replaceAll(word, WORD)),
  };
}
