import type * as pulumi from "@pulumi/pulumi";
import type { SchemaInputs, SchemaOutputs } from "../../stores/catalog/handler.ts";

/** A node that writes into the audit trail. */
export interface AuditWriterArgs {
  /** Node id, at most 40 characters: role `dsmil_audit_node_a` of `node-a`. */
  node: pulumi.Input<string>;
  /** Secret; the server only ever gets its SCRAM verifier. */
  password: pulumi.Input<string>;
}

/** Arguments of `PostgresAuditTrail`. */
export interface PostgresAuditTrailArgs {
  /** Node that runs PostgreSQL. */
  node: pulumi.Input<string>;
  /** Database that holds the schema `dsmil_audit`. */
  database: pulumi.Input<string>;
  /** Nodes that may append to their own chain. One that is left out loses its role; its entries stay. */
  writers: pulumi.Input<pulumi.Input<AuditWriterArgs>[]>;
  /** Secret of `dsmil_audit_reader`, who sees all entries; the server only ever gets its SCRAM verifier. */
  readerPassword: pulumi.Input<string>;
  /** Whether removal and repairs may drop entries. Default: false, they refuse. */
  allowDataLoss?: pulumi.Input<boolean>;
  /** Whether removal keeps the entries and ends only the logins. Default: false. */
  retain?: pulumi.Input<boolean>;
}

/** A checked writer. */
export interface AuditWriter {
  readonly node: string;
  readonly password: string;
}

/** Checked inputs. */
export interface PostgresAuditTrailInputs extends SchemaInputs {
  readonly writers: readonly AuditWriter[];
  readonly readerPassword: string;
  readonly allowDataLoss?: boolean;
  readonly retain?: boolean;
}

/** Inputs and outputs; the schema is `dsmil_audit`. */
export interface PostgresAuditTrailState extends PostgresAuditTrailInputs, SchemaOutputs {}
