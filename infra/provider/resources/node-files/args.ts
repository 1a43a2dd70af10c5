import type { Input } from "@pulumi/pulumi";

/** One file. */
export interface FileSpec {
  /** UTF-8 text, or what `encoding` says. */
  readonly content: string;
  /** `base64` (RFC 4648 §4, padded): the content of a file that is no text. Such a file stands whole in the state. */
  readonly encoding?: "base64";
  /** Permission bits in octal; default `0644`. A file that not everyone may read is a secret in state. */
  readonly mode?: string;
}

/** Tells a running container that its files changed: by signal, or by a command inside it. Exactly one of the two. */
export interface Reload {
  /** Name of the container; one that does not run is passed over. */
  readonly container: string;
  /** `SIGHUP` */
  readonly signal?: string;
  readonly exec?: readonly string[];
}

/** Checked inputs. */
export interface NodeFilesInputs {
  readonly node: string;
  /** Absolute folder below /etc/dsmil, /opt/dsmil or /var/lib/dsmil. */
  readonly path: string;
  /** Path relative to the folder → file. May be empty: then only the folder is kept. */
  readonly files: Readonly<Record<string, FileSpec>>;
  /** Owner of folder and files; default 0. */
  readonly uid?: number;
  readonly gid?: number;
  /** Permission bits of the folder in octal, `1770` with the sticky bit; default `0755`. */
  readonly dirMode?: string;
  /** Run after a change, in order; not on creation. */
  readonly reload?: readonly Reload[];
  /** Names of files directly in the folder that another resource keeps; they are no drift here. */
  readonly others?: readonly string[];
}

/** As kept in state. */
export interface NodeFilesState extends NodeFilesInputs {
  /** SHA-256 (hex) over names, modes, owner and contents: changes when anything does. */
  readonly digest: string;
}

/** One file, as a program gives it. */
export interface FileArgs {
  readonly content: Input<string>;
  /** `base64`: the content is that of a file that is no text. */
  readonly encoding?: Input<"base64">;
  readonly mode?: Input<string>;
}

/** What a program gives. */
export interface NodeFilesArgs {
  /** Node id: `node-a`. Changing it replaces. */
  readonly node: Input<string>;
  /** Absolute folder below /etc/dsmil, /opt/dsmil or /var/lib/dsmil. Changing it replaces. */
  readonly path: Input<string>;
  /** Path relative to the folder → file. Mark secret contents with `pulumi.secret`. */
  readonly files: Input<Record<string, Input<FileArgs>>>;
  /** Owner of folder and files; default 0. */
  readonly uid?: Input<number>;
  readonly gid?: Input<number>;
  /** Permission bits of the folder in octal, `1770` with the sticky bit; default `0755`. */
  readonly dirMode?: Input<string>;
  /** Containers to tell after a change. */
  readonly reload?: Input<Input<{ container: Input<string>; signal?: Input<string>; exec?: Input<Input<string>[]> }>[]>;
  /** Names of files directly in the folder that another resource keeps (ModelOnNode); they are no drift here. */
  readonly others?: Input<Input<string>[]>;
}
