import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface PolicyBundleInputs {
  /** Tenant id: `alpha`. */
  readonly tenant: string;
  /** Text of data.json. */
  readonly data: string;
  /** SHA-384 of the compiled rules, hex. */
  readonly rules: string;
  /** Hex of the fleet root's seed. Secret. */
  readonly rootSeed: string;
}

/** As kept in state. */
export interface PolicyBundleState extends PolicyBundleInputs {
  /** Grows with every bundle of the tenant. */
  readonly version: number;
  /** Text of bundle.json, signed by the root (docs/policy.md). */
  readonly bundle: string;
}

/** What a program gives. */
export interface PolicyBundleArgs {
  /** Tenant id: `alpha`. Changing it replaces. */
  readonly tenant: Input<string>;
  /** Text of data.json. */
  readonly data: Input<string>;
  /** SHA-384 of the compiled rules, hex. */
  readonly rules: Input<string>;
  /** Seed of the FleetRootKey. Another root signs anew. */
  readonly rootSeed: Input<string>;
}
