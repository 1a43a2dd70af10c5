import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface TenantSigningKeyInputs {
  /** Tenant id: `alpha`. */
  readonly tenant: string;
  /** `coalition`: signs bundles for the tenant's partners; absent: speaks for the tenant. */
  readonly use?: "coalition";
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
  /** What it signs: bundles for the tenant's partners; without it, what the tenant says. Changing it replaces. */
  readonly use?: "coalition";
  /** Seed of the FleetRootKey. Another root certifies the same key anew. */
  readonly rootSeed: Input<string>;
}
