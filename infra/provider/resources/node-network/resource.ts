import * as pulumi from "@pulumi/pulumi";
import type { NodeNetworkArgs } from "./args.ts";

/**
 * A bridge network of a node's engine. Unlike a network of the docker provider it takes over one that a died
 * deployment left, and an engine that is away is an error, never "gone". Import by `<node>/network/<name>`.
 */
export class NodeNetwork extends pulumi.CustomResource {
  /** The engine's id of the network. */
  declare readonly networkId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: NodeNetworkArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:NodeNetwork", name, { ...args, networkId: undefined }, opts);
  }
}
