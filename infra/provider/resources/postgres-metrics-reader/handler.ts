import type { Pool } from "pg";
import type { ResourceHandler } from "../../handler.ts";
import { schemaHandler } from "../../stores/catalog/handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { InputCheck } from "../../stores/inputs.ts";
import { postgres } from "../../stores/postgres.ts";
import type { PostgresMetricsReaderInputs as Inputs, PostgresMetricsReaderState as State } from "./args.ts";
import { metricsReaderSpec } from "./spec.ts";

/** The login of PostgreSQL's exporter. */
export const postgresMetricsReaderOn = (store: Connector<Pool>): ResourceHandler<Inputs, State> =>
  schemaHandler<Inputs>(
    {
      token: "dsmil:index:PostgresMetricsReader",
      replaceOn: ["node", "database"],
      id: ({ node, database }) => `${node}/postgres-metrics/${database}`,
      secretPaths: () => [["password"]],
      spec: metricsReaderSpec,
      check(inputs) {
        const c = new InputCheck(inputs, ["node", "database", "password", "drift"]);
        c.node();
        c.database();
        c.password("password");
        return c.failures;
      },
      parseId(id) {
        const [node, kind, database, ...rest] = id.split("/");
        if (node && kind === "postgres-metrics" && database && rest.length === 0) {
          return { node, database, password: "", drift: {} };
        }
        throw new Error(
          `"${id}" is not the id of a metrics reader: expected node/postgres-metrics/database, as node-c/postgres-metrics/dsmil`,
        );
      },
      adopt: (inputs) => inputs,
    },
    store,
  );

/** The handler over the process's own connections. */
export const postgresMetricsReader = postgresMetricsReaderOn(postgres);
