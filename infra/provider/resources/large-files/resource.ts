import * as pulumi from "@pulumi/pulumi";
import type { LargeFilesArgs } from "./args.ts";

/**
 * Files that are too large for a state: known there by length and SHA-384, and streamed to the node from the project's cache.
 * Where the cache has none, a warning says so and a later run lays them.
 */
export class LargeFiles extends pulumi.CustomResource {
  declare readonly node: pulumi.Output<string>;
  declare readonly path: pulumi.Output<string>;
  /** Whether the node has all files as they must be. */
  declare readonly laid: pulumi.Output<boolean>;

  constructor(name: string, args: LargeFilesArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:LargeFiles", name, { ...args, laid: undefined }, opts);
  }
}
