import * as pulumi from "@pulumi/pulumi";
import type { PostgresTenantSchemaArgs } from "./args.ts";

/** A tenant's schema in PostgreSQL: roles, tables, grants, forced row-level security, append-only audit log and decisions. */
export class PostgresTenantSchema extends pulumi.CustomResource {
  /** `dsmil_alpha` */
  declare readonly schema: pulumi.Output<string>;
  /** Version of the tables' layout. */
  declare readonly schemaVersion: pulumi.Output<number>;

  constructor(name: string, args: PostgresTenantSchemaArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, drift: {}, schema: undefined, schemaVersion: undefined };
    super("dsmil:index:PostgresTenantSchema", name, props, opts);
  }
}
