import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface ModelOnNodeInputs {
  readonly node: string;
  /** Name of the model: `l7-tiny`. */
  readonly name: string;
  /** `1.0.0` */
  readonly version: string;
  /** Name of the file in the version's folder: `model.gguf`. */
  readonly file: string;
  /** SHA-384 of the file, hex. */
  readonly sha384: string;
  /** Size of the file. */
  readonly bytes: number;
  /** The file on the operator's machine, absolute or relative to the project folder. */
  readonly source: string;
}

/** As kept in state. The file itself never is. */
export interface ModelOnNodeState extends ModelOnNodeInputs {
  /** Size, times, inode, mode and owner of the file whose digest was last computed; while they stay it is not read again. */
  readonly stamp: string;
}

/** What a program gives. */
export interface ModelOnNodeArgs {
  /** Node id: `node-a`. Changing it, name, version or file replaces: the new file is there before the old one goes. */
  readonly node: Input<string>;
  /** Name of the model: `l7-tiny`. */
  readonly name: Input<string>;
  /** `1.0.0` */
  readonly version: Input<string>;
  /** Name of the file in the version's folder: `model.gguf`. */
  readonly file: Input<string>;
  /** SHA-384 of the file, hex. */
  readonly sha384: Input<string>;
  /** Size of the file. */
  readonly bytes: Input<number>;
  /** The file on the operator's machine; relative to the project folder, so that the state is good on another machine. */
  readonly source: Input<string>;
}
