import type { SchemaSpec } from "../../stores/catalog/spec.ts";
import { type Blueprint, standardFacts } from "../../stores/catalog/standard.ts";
import { mayDrop } from "../../stores/data-loss.ts";
import type { PostgresAuditTrailInputs as Inputs } from "./args.ts";
import { AUDIT_VERSION, definition } from "./definition.ts";
import { auditNames, auditWriterRole, rolePrefix } from "./names.ts";

/** The audit trail as it should be. */
export function auditSpec(inputs: Inputs): SchemaSpec {
  const { node, writers, readerPassword, allowDataLoss, retain } = inputs;
  const nodes = writers.map((writer) => writer.node).toSorted();
  const names = auditNames(nodes);
  const blueprint: Blueprint = {
    key: `audit ${nodes.join()}`,
    names: (word) => auditNames(nodes, word),
    statements: (word) => definition(auditNames(nodes, word)),
  };
  return {
    node,
    names,
    version: AUDIT_VERSION,
    rolePrefix: rolePrefix(),
    logins: [
      { role: names.reader, password: readerPassword },
      ...writers.map((writer) => ({ role: auditWriterRole(writer.node), password: writer.password })),
    ],
    repairsMayDrop: allowDataLoss === true,
    removalMayDrop: mayDrop({ allowDataLoss: allowDataLoss === true }),
    retain: retain === true,
    desired: (pool) => standardFacts(pool, blueprint, (text, word) => text.replaceAll(word, "audit")),
  };
}
