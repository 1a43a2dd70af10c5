import * as pulumi from "@pulumi/pulumi";
import type { PostgresMetricsReaderArgs } from "./args.ts";

/**
 * The login of PostgreSQL's exporter: it sees the server's statistics, and no row of anybody's. Import by
 * `<node>/postgres-metrics/<database>`.
 */
export class PostgresMetricsReader extends pulumi.CustomResource {
  /** `dsmil_metrics`, which is empty. */
  declare readonly schema: pulumi.Output<string>;
  declare readonly schemaVersion: pulumi.Output<number>;

  constructor(name: string, args: PostgresMetricsReaderArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, drift: {}, schema: undefined, schemaVersion: undefined };
    super("dsmil:index:PostgresMetricsReader", name, props, opts);
  }
}
