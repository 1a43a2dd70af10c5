import * as pulumi from "@pulumi/pulumi";
import type { ModelOnNodeArgs } from "./args.ts";

/**
 * A large file of a model on a node, `/opt/dsmil/models/<name>/<version>/<file>`, streamed there over SSH and not kept in
 * the state. Import by `<node>/model/<name>/<version>/<file>`.
 */
export class ModelOnNode extends pulumi.CustomResource {
  declare readonly node: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** SHA-384 of the file, hex. */
  declare readonly sha384: pulumi.Output<string>;

  constructor(name: string, args: ModelOnNodeArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:ModelOnNode", name, { ...args, stamp: undefined }, opts);
  }
}
