import type * as pulumi from "@pulumi/pulumi";
import type { SchemaInputs, SchemaOutputs } from "../../stores/catalog/handler.ts";

/** Arguments of `PostgresMetricsReader`. */
export interface PostgresMetricsReaderArgs {
  /** Node that runs PostgreSQL. */
  node: pulumi.Input<string>;
  /** Database that it may connect to. */
  database: pulumi.Input<string>;
  /** Secret of `dsmil_metrics_reader`; the server only ever gets its SCRAM verifier. */
  password: pulumi.Input<string>;
}

/** Checked inputs. */
export interface PostgresMetricsReaderInputs extends SchemaInputs {
  readonly password: string;
}

/** Inputs and outputs; the schema is `dsmil_metrics`. */
export interface PostgresMetricsReaderState extends PostgresMetricsReaderInputs, SchemaOutputs {}
