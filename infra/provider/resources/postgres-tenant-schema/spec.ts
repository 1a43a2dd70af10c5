import type { SchemaSpec } from "../../stores/catalog/spec.ts";
import { type Blueprint, standardFacts } from "../../stores/catalog/standard.ts";
import { mayDrop } from "../../stores/data-loss.ts";
import type { PostgresTenantSchemaInputs as Inputs } from "./args.ts";
import { definition, SCHEMA_VERSION } from "./definition.ts";
import { namesOf } from "./names.ts";

/** Stands for the retention in the blueprint; no manifest can ask for as much. */
const ANY_RETENTION = 987_654;

const blueprint: Blueprint = {
  key: "tenant",
  names: namesOf,
  statements: (word) => definition(namesOf(word), ANY_RETENTION),
};

/** One tenant's schema as it should be. */
export function tenantSpec(inputs: Inputs): SchemaSpec {
  const { node, tenant, appPassword, readerPassword, archiveRetentionDays, allowDataLoss, retain } = inputs;
  const names = namesOf(tenant);
  return {
    node,
    names,
    version: SCHEMA_VERSION,
    logins: [
      { role: names.app, password: appPassword },
      { role: names.reader, password: readerPassword },
    ],
    repairsMayDrop: allowDataLoss === true,
    removalMayDrop: mayDrop(inputs),
    retain: retain === true,
    desired: (pool) =>
      standardFacts(pool, blueprint, (text, word) =>
        text
          .replaceAll(word, tenant)
          .replaceAll(word.toUpperCase(), tenant.toUpperCase())
          .replaceAll(String(ANY_RETENTION), String(archiveRetentionDays)),
      ),
  };
}
