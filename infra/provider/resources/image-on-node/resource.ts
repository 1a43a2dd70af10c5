import * as pulumi from "@pulumi/pulumi";
import type { ImageOnNodeArgs } from "./args.ts";

/**
 * An image in a node's engine, brought there over SSH from the engine of this machine where it is missing.
 * Import by `<node>/image/<name>:<tag>`.
 */
export class ImageOnNode extends pulumi.CustomResource {
  /** The node's engine's id of the image: `sha256:…`. */
  declare readonly imageId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly tag: pulumi.Output<string>;

  constructor(name: string, args: ImageOnNodeArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:ImageOnNode", name, { ...args, imageId: undefined }, opts);
  }
}
