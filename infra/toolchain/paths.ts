import { join } from "node:path";

/** Where the tools of one project folder are; all below `.dsmil`, which git ignores. */
export interface ToolPaths {
  /** Our own CLI and language host. */
  readonly bin: string;
  /** The record of which Pulumi is in use. */
  readonly record: string;
  /** Finished parts of a build that is not complete yet. */
  readonly staging: string;
  /** A Go toolchain, fetched where the machine has none. */
  readonly go: string;
  /** Open Policy Agent, for the tenants' policies. */
  readonly opa: string;
  /** Loki, for tests. */
  readonly loki: string;
  /** PULUMI_HOME of our own Pulumi. */
  readonly home: string;
  readonly passphrase: string;
  /** The default backend. */
  readonly state: string;
  readonly nodeCache: string;
  /** Folder of the Node 24 that npm installed. */
  readonly node: string;
}

/** Paths below the project folder `root`. */
export function toolPaths(root: string): ToolPaths {
  const own = join(root, ".dsmil");
  return {
    bin: join(own, "tools/pulumi/bin"),
    record: join(own, "tools/pulumi/install.json"),
    staging: join(own, "tools/staging"),
    go: join(own, "tools/go"),
    opa: join(own, "tools/opa"),
    loki: join(own, "tools/loki"),
    home: join(own, "pulumi"),
    passphrase: join(own, "passphrase"),
    state: join(own, "state"),
    nodeCache: join(own, "cache/node"),
    node: join(root, "node_modules", `node-linux-${process.arch}`, "bin"),
  };
}
