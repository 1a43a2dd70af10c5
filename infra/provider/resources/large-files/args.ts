import type { Input } from "@pulumi/pulumi";

/** What a file must be. */
export interface LargeFile {
  readonly bytes: number;
  /** SHA-384 in hex. */
  readonly sha384: string;
}

/** Checked inputs. */
export interface LargeFilesInputs {
  readonly node: string;
  /** Absolute folder below /opt/dsmil, of these files alone. */
  readonly path: string;
  /** Folder relative to the project's that they are sent from; what is not there is laid by a later run. */
  readonly source: string;
  /** File name → what it must be. */
  readonly files: Readonly<Record<string, LargeFile>>;
}

/** As kept in state: never a content. */
export interface LargeFilesState extends LargeFilesInputs {
  /** Whether the node has all files as they must be. */
  readonly laid: boolean;
}

/** What a program gives. */
export interface LargeFilesArgs {
  /** Node id: `node-b`. Changing it replaces. */
  readonly node: Input<string>;
  /** Absolute folder below /opt/dsmil, of these files alone. Changing it replaces. */
  readonly path: Input<string>;
  /** Folder relative to the project's that they are sent from. */
  readonly source: Input<string>;
  readonly files: Input<Record<string, Input<LargeFile>>>;
}
