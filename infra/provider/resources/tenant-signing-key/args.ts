import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface TenantSigningKeyInputs {
  /** Tenant id: `alpha`. */
  readonly tenant: string;
  /** Hex of the fleet root's seed. Secret. */
  readonly rootSeed: string;
}

/** As kept in state. */
export interface TenantSigningKeyState extends TenantSigningKeyInputs {
  /** Hex, raw, 2592 bytes. */
  readonly publicKey: string;
  /** Hex, 32 bytes. Secret. */
  readonly seed: string;
  /** Certificate by the root, as JSON (docs/pqc.md). */
  readonly certificate: string;
}

/** What a program gives. */
export interface TenantSigningKeyArgs {
  /** Tenant id: `alpha`. Changing it replaces. */
  readonly tenant: Input<string>;
  /** Seed of the FleetRootKey. Another root certifies the same key anew. */
  readonly rootSeed: Input<string>;
}
