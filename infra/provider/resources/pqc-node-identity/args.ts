import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface PqcNodeIdentityInputs {
  readonly node: string;
  /** Hex of the fleet root's seed. Secret. */
  readonly rootSeed: string;
  /** Hex of the fleet root's public key. */
  readonly rootPublicKey: string;
  /** Image on the node whose `node` mints the key. */
  readonly image: string;
  /** Nodes that get the public part. */
  readonly peers: readonly string[];
}

/** As kept in state. */
export interface PqcNodeIdentityState extends PqcNodeIdentityInputs {
  /** Hex, raw, 2592 bytes. */
  readonly publicKey: string;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  readonly certificate: string;
  /** SHA-256 (hex) of the key file: tells whether it is still the same without reading it. */
  readonly keyDigest: string;
  /** What is not as it should be, for a person: peers that could not be reached, files that were changed. */
  readonly unsettled: readonly string[];
}

/** What a program gives. */
export interface PqcNodeIdentityArgs {
  /** Node id: `node-a`. Changing it replaces. */
  readonly node: Input<string>;
  /** Seed of the FleetRootKey. */
  readonly rootSeed: Input<string>;
  /** Public key of the FleetRootKey. */
  readonly rootPublicKey: Input<string>;
  /** An image that the node has and that holds Node 24: the key is made in a container of it, without network. */
  readonly image: Input<string>;
  /** Nodes that get the public part. One that cannot be reached is tried again by the next `up`. */
  readonly peers: Input<Input<string>[]>;
}
