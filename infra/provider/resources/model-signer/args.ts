import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface ModelSignerInputs {
  /** Name of a model → text of its model.json. */
  readonly models: Readonly<Record<string, string>>;
  /** Hex of the fleet root's seed. Secret. */
  readonly rootSeed: string;
}

/** As kept in state. */
export interface ModelSignerState extends ModelSignerInputs {
  /** Hex, raw, 2592 bytes. */
  readonly publicKey: string;
  /** Hex, 32 bytes. Secret. */
  readonly seed: string;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  readonly certificate: string;
  /** SHA-384 of a model.json in hex → text of its model.sig. */
  readonly signatures: Readonly<Record<string, string>>;
}

/** What a program gives. */
export interface ModelSignerArgs {
  /** Name of a model → text of its model.json. What stays as it is keeps its signature. */
  readonly models: Input<Record<string, Input<string>>>;
  /** Seed of the FleetRootKey. Another root certifies the same key anew, and all is signed again. */
  readonly rootSeed: Input<string>;
}
