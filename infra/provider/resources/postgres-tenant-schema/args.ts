import type * as pulumi from "@pulumi/pulumi";
import type { SchemaInputs, SchemaOutputs } from "../../stores/catalog/handler.ts";

/** Arguments of `PostgresTenantSchema`. */
export interface PostgresTenantSchemaArgs {
  /** Node that runs PostgreSQL. */
  node: pulumi.Input<string>;
  /** Database that holds the tenants' schemas. */
  database: pulumi.Input<string>;
  /** Tenant id: schema `dsmil_<tenant>`, roles `<tenant>_app`, `<tenant>_reader`, `dsmil_<tenant>_owner`. */
  tenant: pulumi.Input<string>;
  /** Secret; the server only ever gets its SCRAM verifier. */
  appPassword: pulumi.Input<string>;
  /** Secret; the server only ever gets its SCRAM verifier. */
  readerPassword: pulumi.Input<string>;
  /** Days that archived events and rejects are kept; only what is older can be deleted, by `purge_events()`. */
  archiveRetentionDays: pulumi.Input<number>;
  /** Whether removal and repairs may drop rows. Default: false, they refuse. */
  allowDataLoss?: pulumi.Input<boolean>;
  /** Whether removal keeps schema and rows and ends only the logins. Default: false. */
  retain?: pulumi.Input<boolean>;
}

/** Checked inputs. */
export interface PostgresTenantSchemaInputs extends SchemaInputs {
  readonly tenant: string;
  readonly appPassword: string;
  readonly readerPassword: string;
  readonly archiveRetentionDays: number;
  readonly allowDataLoss?: boolean;
  readonly retain?: boolean;
}

/** Inputs and outputs; the schema is `dsmil_alpha`. */
export interface PostgresTenantSchemaState extends PostgresTenantSchemaInputs, SchemaOutputs {}
