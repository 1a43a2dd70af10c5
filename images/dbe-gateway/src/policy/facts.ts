import type { Officers } from "../../../runtime/dbe/officers/officers.ts";
import type { verifySignature } from "../../../runtime/pqc/verify-signature.ts";

/** What a tenant may do on the bus. */
export interface TenantPolicy {
  /** Upper-case id, as in TENANT_ID. */
  readonly tenant: string;
  /** Highest value of ROE_LEVEL. */
  readonly roeLevel: number;
  /** Bits that COMPARTMENT_MASK may have. */
  readonly compartments: number;
  /** Highest value of CLASSIFICATION. */
  readonly classification: number;
  /** Devices that may speak or be spoken to for the tenant; without it all that have a node. */
  readonly devices?: ReadonlySet<number>;
  /** By key id, hex. */
  readonly officers: Officers;
  /** The key that signs the tenant's claims, certified by the root. */
  readonly claimKey?: { readonly publicKey: string /** ms since 1970 */; readonly notAfter?: number };
}

/** All that decisions rest on, besides the message and who brought it. */
export interface Facts {
  /** This node. */
  readonly node: string;
  /** Node of each device. */
  readonly devices: ReadonlyMap<number, string>;
  /** By upper-case id. */
  readonly tenants: ReadonlyMap<string, TenantPolicy>;
  /** ms since 1970 */
  readonly now: number;
  /** Checks signatures; may remember what it has checked. */
  readonly verify: typeof verifySignature;
}
