import type { Input } from "@pulumi/pulumi";

/** Checked inputs. */
export interface FleetRootKeyInputs {
  /** Name of the fleet. */
  readonly name: string;
}

/** As kept in state. */
export interface FleetRootKeyState extends FleetRootKeyInputs {
  /** Hex, raw, 2592 bytes. */
  readonly publicKey: string;
  /** Hex, 32 bytes. Secret. */
  readonly seed: string;
}

/** What a program gives. */
export interface FleetRootKeyArgs {
  /** Name of the fleet. Changing it makes a new root, and with it every certificate new. */
  readonly name: Input<string>;
}
