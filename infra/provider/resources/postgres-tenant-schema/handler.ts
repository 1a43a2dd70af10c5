import type { Pool } from "pg";
import type { Props, ResourceHandler } from "../../handler.ts";
import { schemaHandler } from "../../stores/catalog/handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { InputCheck } from "../../stores/inputs.ts";
import { postgres } from "../../stores/postgres.ts";
import type { PostgresTenantSchemaInputs as Inputs, PostgresTenantSchemaState as State } from "./args.ts";
import { tenantSpec } from "./spec.ts";

/** One tenant's schema in PostgreSQL. */
export const postgresTenantSchemaOn = (store: Connector<Pool>): ResourceHandler<Inputs, State> =>
  schemaHandler<Inputs>(
    {
      token: "dsmil:index:PostgresTenantSchema",
      replaceOn: ["node", "database", "tenant"],
      check,
      id: ({ node, database, tenant }) => `${node}/postgres/${database}/${tenant}`,
      secretPaths: () => [["appPassword"], ["readerPassword"]],
      spec: tenantSpec,
      parseId,
      adopt(inputs, { facts }) {
        const policy = facts.get("policy events.retention_delete")?.value.using;
        return { ...inputs, archiveRetentionDays: Number(/days => (\d+)/.exec(String(policy))?.[1] ?? 0) };
      },
    },
    store,
  );

/** The handler over the process's own connections. */
export const postgresTenantSchema = postgresTenantSchemaOn(postgres);

function check(inputs: Props): InputCheck["failures"] {
  const c = new InputCheck(inputs, [
    "node",
    "database",
    "tenant",
    "appPassword",
    "readerPassword",
    "archiveRetentionDays",
    "allowDataLoss",
    "retain",
    "drift",
  ]);
  c.node();
  c.database();
  c.tenant();
  c.password("appPassword");
  c.password("readerPassword");
  const days = (v: unknown): boolean => Number.isInteger(v) && (v as number) >= 1 && (v as number) <= 36_500;
  c.that("archiveRetentionDays", inputs.archiveRetentionDays, days, "expected whole days, 1 to 36500");
  c.flags("allowDataLoss", "retain");
  return c.failures;
}

function parseId(id: string): Inputs {
  const [node, store, database, tenant, ...rest] = id.split("/");
  if (!node || store !== "postgres" || !database || !tenant || rest.length > 0) {
    throw new Error(
      `"${id}" is not the id of a tenant's schema: expected node/postgres/database/tenant, as node-c/postgres/dsmil/alpha`,
    );
  }
  return { node, database, tenant, appPassword: "", readerPassword: "", archiveRetentionDays: 0, drift: {} };
}
