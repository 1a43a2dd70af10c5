import type { Pool } from "pg";
import type { PropertyPath, Props, ResourceHandler } from "../../handler.ts";
import { schemaHandler } from "../../stores/catalog/handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { InputCheck, isText } from "../../stores/inputs.ts";
import { postgres } from "../../stores/postgres.ts";
import type { PostgresAuditTrailInputs as Inputs, PostgresAuditTrailState as State } from "./args.ts";
import { nodeOfRole, RESERVED_NODES } from "./names.ts";
import { auditSpec } from "./spec.ts";

/** The audit trail in PostgreSQL. */
export const postgresAuditTrailOn = (store: Connector<Pool>): ResourceHandler<Inputs, State> =>
  schemaHandler<Inputs>(
    {
      token: "dsmil:index:PostgresAuditTrail",
      replaceOn: ["node", "database"],
      check,
      id: ({ node, database }) => `${node}/postgres-audit/${database}`,
      secretPaths,
      spec: auditSpec,
      parseId,
      adopt(inputs, { facts }) {
        const nodes = [...facts.values()].flatMap(({ kind, name }) =>
          kind === "role" ? (nodeOfRole(name) ?? []) : [],
        );
        return { ...inputs, writers: nodes.toSorted().map((node) => ({ node, password: "" })) };
      },
    },
    store,
  );

/** The handler over the process's own connections. */
export const postgresAuditTrail = postgresAuditTrailOn(postgres);

function secretPaths({ writers }: Props): PropertyPath[] {
  const list: unknown[] = Array.isArray(writers) ? writers : [];
  return [["readerPassword"], ...list.map((_, i): PropertyPath => ["writers", i, "password"])];
}

/** Room in a role's name beside the longest blueprint's word. */
const WRITER = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const WRITER_LENGTH = 40;

function check(inputs: Props): InputCheck["failures"] {
  const c = new InputCheck(inputs, [
    "node",
    "database",
    "writers",
    "readerPassword",
    "allowDataLoss",
    "retain",
    "drift",
  ]);
  c.node();
  c.database();
  c.password("readerPassword");
  c.flags("allowDataLoss", "retain");
  const writers = c.elements("writers");
  const good = (v: unknown): boolean =>
    isText(v) && WRITER.test(v) && v.length <= WRITER_LENGTH && !RESERVED_NODES.includes(v);
  for (const { path, value } of writers) {
    const reason = `expected the id of a node of at most ${WRITER_LENGTH} characters, such as node-a, but not ${RESERVED_NODES.join(" or ")}`;
    c.that(`${path}.node`, value.node, good, reason);
    c.password(`${path}.password`, value.password);
  }
  c.distinct(writers, "node");
  return c.failures;
}

function parseId(id: string): Inputs {
  const [node, kind, database, ...rest] = id.split("/");
  if (!node || kind !== "postgres-audit" || !database || rest.length > 0) {
    throw new Error(
      `"${id}" is not the id of an audit trail: expected node/postgres-audit/database, as node-c/postgres-audit/dsmil`,
    );
  }
  return { node, database, writers: [], readerPassword: "", drift: {} };
}
