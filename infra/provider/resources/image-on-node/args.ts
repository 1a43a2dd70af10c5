import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface ImageOnNodeInputs {
  readonly node: string;
  /** Repository without tag: `dsmil-redis`. */
  readonly name: string;
  /** Content tag: `v5.0-0123456789ab`. */
  readonly tag: string;
}

/** As kept in state. */
export interface ImageOnNodeState extends ImageOnNodeInputs {
  /** The node's engine's id of the image: `sha256:…`. */
  readonly imageId: string;
}

/** What a program gives. */
export interface ImageOnNodeArgs {
  /** Node id: `node-a`. Changing any of the three replaces: the new image is there before the old one goes. */
  readonly node: Input<string>;
  /** Repository without tag: `dsmil-redis`. */
  readonly name: Input<string>;
  /** Content tag: `v5.0-0123456789ab`. */
  readonly tag: Input<string>;
}
