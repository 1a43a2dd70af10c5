import type { Input } from "@pulumi/pulumi";
import type { Minted } from "./minted.ts";
import type { Sealing } from "./sealing.ts";

/** Checked inputs. */
export interface PqcNodeIdentityInputs {
  readonly node: string;
  /** Hex of the fleet root's seed. Secret. */
  readonly rootSeed: string;
  /** Hex of the fleet root's public key. */
  readonly rootPublicKey: string;
  /** Image on the node that makes the key. */
  readonly image: string;
  /** Nodes that get the public part. */
  readonly peers: readonly string[];
  /** How the seed is kept; as a file where it is not said. */
  readonly sealing?: Sealing;
  /** `uid:gid` of whose the key folder (0700) and files (0600) are; root where it is not said. */
  readonly owner?: string;
}

/** As kept in state. */
export interface PqcNodeIdentityState extends PqcNodeIdentityInputs, Minted {
  /** Certificate by the root, as JSON (docs/pqc.md). */
  readonly certificate: string;
  /** Certificates of earlier keys, oldest first; states of earlier releases have none. */
  readonly former?: readonly string[];
  /** SHA-256 (hex) of each key file, with "," between: tells whether they are still the same without reading them. */
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
  /**
   * An image that the node has, for the container that makes the key: dsmil-node-keys where it is sealed by `tpm2` or
   * `transit`, any with Node 24 where it is a file.
   */
  readonly image: Input<string>;
  /** Nodes that get the public part. One that cannot be reached is tried again by the next `up`. */
  readonly peers: Input<Input<string>[]>;
  /** How the seed is kept on the node. Another kind, other registers or another transit key make a new key. */
  readonly sealing?: Input<Sealing>;
  /** `uid:gid` of the one user whose the key files are: the gateway's, `10001:10001`. Default: root. */
  readonly owner?: Input<string>;
}
