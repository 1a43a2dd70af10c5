import * as pulumi from "@pulumi/pulumi";
import type { NodeFilesArgs } from "./args.ts";

/**
 * Files in one folder of a node, written atomically and owned as a whole: a changed, missing or additional file in the
 * folder is drift. Deleting removes the files and what folders are then empty. Import by `<node><path>`:
 * `node-c/etc/dsmil/redis`.
 */
export class NodeFiles extends pulumi.CustomResource {
  declare readonly node: pulumi.Output<string>;
  declare readonly path: pulumi.Output<string>;
  /** SHA-256 (hex) over names, modes, owner and contents; known in a preview. */
  declare readonly digest: pulumi.Output<string>;

  constructor(name: string, args: NodeFilesArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:NodeFiles", name, { ...args, digest: undefined }, opts);
  }
}
